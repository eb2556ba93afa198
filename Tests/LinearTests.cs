namespace NativeSsl.Tests;

/// <summary>What a spec cannot say of products: their errors, and gradients that add up where they belong.</summary>
public sealed class LinearTests
{
    static Tensor Ones(params int[] shape) => Tensor.Full(CpuBackend.Default, shape, 1f);

    [Fact]
    public void Errors_name_the_op_the_axis_and_both_shapes()
    {
        Says(() => Ones(3, 4).MatMul(Ones(5, 6)), "MatMul", "axis -1 of a", "[3, 4]", "axis -2 of b", "[5, 6]");
        Says(() => Ones(3, 4).MatMul(Ones(4, 6), transposeA: true), "MatMul", "axis -2 of a", "[3, 4]", "[4, 6]");
        Says(() => Ones(2, 3, 4).MatMul(Ones(5, 4, 6)), "MatMul", "leading axes", "[2, 3, 4]", "[5, 4, 6]");
        Says(() => Ones(4).MatMul(Ones(4, 6)), "MatMul", "a has shape [4]");
        Says(() => Ones(3, 4).Linear(Ones(6, 5)), "Linear", "last axis of x", "[3, 4]", "axis 1 of weight", "[6, 5]");
        Says(() => Ones(3, 4).Linear(Ones(6, 4), bias: Ones(5)), "Linear", "bias", "[5]", "[6]");
        Says(() => Ones(3, 4).Linear(Ones(6, 4), residual: Ones(3, 5)), "Linear", "residual", "[3, 5]", "[3, 6]");
    }

    static void Says(Func<Tensor> call, params string[] words)
    {
        string message = Assert.Throws<ShapeException>(call).Message;
        Assert.All(words, word => Assert.Contains(word, message, StringComparison.Ordinal));
    }

    [Fact]
    public void A_second_backward_pass_adds_to_weight_and_bias()
    {
        Tensor weight = Ones(3, 4).RequireGradient(), bias = Ones(3).RequireGradient();
        for (int pass = 1; pass <= 2; pass++)
        {
            Ones(5, 4).Linear(weight, bias).Backward(Ones(5, 3));
            Assert.All(weight.Gradient.ToArray(), value => Assert.Equal(5f * pass, value));
            Assert.All(bias.Gradient.ToArray(), value => Assert.Equal(5f * pass, value));
        }
    }

    [Fact]
    public void An_axis_of_length_zero_sums_to_nothing()
    {
        Assert.All(Ones(3, 0).MatMul(Ones(0, 4)).ToArray(), value => Assert.Equal(0f, value));
        Assert.Empty(Ones(0, 3).MatMul(Ones(3, 4)).ToArray());
    }
}
