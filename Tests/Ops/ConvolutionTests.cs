namespace NativeSsl.Tests.Ops;

/// <summary>What a spec cannot say of convolutions: their errors, empty batches, gradients that add up.</summary>
public sealed class ConvolutionTests
{
    static Tensor Ones(params int[] shape) => Tensor.Full(CpuBackend.Default, shape, 1f);

    static string Message(Func<Tensor> call) => Assert.Throws<ShapeException>(call).Message;

    [Fact]
    public void Channels_that_differ() => Assert.Equal(
        "Conv2d: last axis of x is 3 (shape [2, 8, 8, 3]) but last axis of weight is 4 (shape [5, 3, 3, 4]).",
        Message(() => Ones(2, 8, 8, 3).Conv2d(Ones(5, 3, 3, 4))));

    [Fact]
    public void Channels_of_groups_that_differ() => Assert.Equal(
        "Conv2d: last axis of x, divided into 2 groups, is 3 (shape [2, 8, 8, 6]) but last axis of weight is 6 (shape [4, 3, 3, 6]).",
        Message(() => Ones(2, 8, 8, 6).Conv2d(Ones(4, 3, 3, 6), groups: 2)));

    [Fact]
    public void Groups_that_do_not_divide() => Assert.Equal(
        "Conv2d: 2 groups must divide the 6 channels of x (shape [2, 8, 8, 6]) and the 5 outputs of weight (shape [5, 3, 3, 3]).",
        Message(() => Ones(2, 8, 8, 6).Conv2d(Ones(5, 3, 3, 3), groups: 2)));

    [Fact]
    public void A_kernel_larger_than_the_image() => Assert.Equal(
        "Conv2d: the kernel is 7 long on axis 2 (weight of shape [5, 3, 7, 3]), but x is 4 (shape [2, 8, 4, 3]) with 1 of padding "
        + "on both sides. Use a smaller kernel or more padding.", Message(() => Ones(2, 8, 4, 3).Conv2d(Ones(5, 3, 7, 3), padding: 1)));

    [Fact]
    public void Ranks() => Assert.Equal("Conv2d: x has shape [8, 8, 3], which has 3 axes; 4 are needed.",
        Message(() => Ones(8, 8, 3).Conv2d(Ones(5, 3, 3, 3))));

    [Fact]
    public void Strides_paddings_and_biases()
    {
        Assert.Equal("Conv2d: stride is 0; it must be at least 1.", Message(() => Ones(1, 4, 4, 3).Conv2d(Ones(5, 3, 3, 3), stride: 0)));
        Assert.Contains("padding is -1", Message(() => Ones(1, 4, 4, 3).Conv2d(Ones(5, 3, 3, 3), padding: -1)), StringComparison.Ordinal);
        Assert.Equal("Conv2d: bias has shape [4] but the row of outputs has shape [5].",
            Message(() => Ones(1, 4, 4, 3).Conv2d(Ones(5, 3, 3, 3), Ones(4))));
        Assert.Contains("Conv1d: the kernel is 5 long on axis 1",
            Message(() => Ones(1, 4, 3).Conv1d(Ones(5, 5, 3))), StringComparison.Ordinal);
        Assert.Equal("Conv2d: 3 groups must divide 4 inputs and 6 outputs.",
            Assert.Throws<ShapeException>(() => new NativeSsl.Conv2d(new Init(CpuBackend.Default, 1), 4, 6, 3, groups: 3)).Message);
    }

    [Fact]
    public void No_images_make_no_images_and_a_gradient_of_zero()
    {
        Tensor weight = Ones(5, 3, 3, 3).RequireGradient();
        Tensor y = Ones(0, 4, 4, 3).Conv2d(weight);
        Assert.Equal([0, 2, 2, 5], y.Shape);
        y.Backward(Ones(0, 2, 2, 5));
        Assert.All(weight.Gradient.ToArray(), value => Assert.Equal(0f, value));
    }

    [Fact]
    public void A_second_backward_pass_adds_to_the_weight()
    {
        Tensor weight = Ones(5, 3, 3, 3).RequireGradient(), bias = Ones(5).RequireGradient();
        for (int pass = 1; pass <= 2; pass++)
        {
            Ones(2, 4, 4, 3).Conv2d(weight, bias).Backward(Ones(2, 2, 2, 5));
            Assert.All(weight.Gradient.ToArray(), value => Assert.Equal(8f * pass, value));
            Assert.All(bias.Gradient.ToArray(), value => Assert.Equal(8f * pass, value));
        }
    }

    [Fact]
    public void Weights_begin_with_the_deviation_of_their_fan_out()
    {
        float[] values = new NativeSsl.Conv2d(new Init(CpuBackend.Default, 1), 32, 64, 3).Weight.ToArray();
        Assert.Equal(64 * 9 * 32, values.Length);
        Assert.InRange(Math.Sqrt(values.Average(value => (double)value * value)) / Math.Sqrt(2.0 / (64 * 9)), 0.98, 1.02);
    }
}
