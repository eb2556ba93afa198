namespace NativeSsl.Tests.Autograd;

/// <summary>Multiplications and additions, as one counts them on paper.</summary>
public sealed class FlopCountTests
{
    readonly CpuBackend _cpu = new(1);

    Tensor Leaf(params int[] shape) => Tensor.Full(_cpu, Shape.Of(shape), 0.5f).RequireGradient();
    Tensor Data(params int[] shape) => Tensor.Full(_cpu, Shape.Of(shape), 0.5f);

    static (double Forward, double Both) Count(Func<Tensor> op)
    {
        using FlopCount count = new();
        Tensor y = op();
        double forward = count.Total;
        y.Sum().Backward();
        return (forward, count.Total);
    }

    [Fact]
    public void A_product_takes_two_for_each_pair_and_as_many_for_each_gradient()
    {
        const double Pairs = 3 * 4 * 5;
        Assert.Equal((2 * Pairs, 6 * Pairs), Count(() => Leaf(3, 4).MatMul(Leaf(4, 5))));
        Assert.Equal((2 * Pairs, 4 * Pairs), Count(() => Data(3, 4).MatMul(Leaf(4, 5))));
        Assert.Equal((2 * Pairs, 6 * Pairs), Count(() => Leaf(4, 3).MatMul(Leaf(5, 4), transposeA: true, transposeB: true)));
        Assert.Equal((14 * Pairs, 42 * Pairs), Count(() => Leaf(7, 3, 4).MatMul(Leaf(4, 5))));
        Assert.Equal((14 * Pairs, 42 * Pairs), Count(() => Leaf(4, 5).MatMul(Leaf(7, 3, 5), transposeB: true).Sum(0)));
        Assert.Equal((2 * Pairs, 6 * Pairs), Count(() => Leaf(3, 4).Linear(Leaf(5, 4), Leaf(5), Activation.Gelu)));
    }

    [Fact]
    public void A_convolution_takes_its_kernel_at_every_place_whatever_form_computes_it()
    {
        // 2 images, 8 × 6 places, 5 outputs of 3 × 3 × 4 taps; in groups of two channels half of it; with stride 2 a quarter
        const double Pairs = 2.0 * 8 * 6 * 5 * 36;
        Assert.Equal((2 * Pairs, 6 * Pairs), Count(() => Leaf(2, 8, 6, 4).Conv2d(Leaf(5, 3, 3, 4), padding: 1)));
        Assert.Equal((2 * Pairs, 4 * Pairs), Count(() => Data(2, 8, 6, 4).Conv2d(Leaf(5, 3, 3, 4), padding: 1)));
        Assert.Equal(0.5 * Pairs, Count(() => Leaf(2, 8, 6, 4).Conv2d(Leaf(5, 3, 3, 4), stride: 2, padding: 1)).Forward);
        Assert.Equal(0.8 * Pairs, Count(() => Leaf(2, 8, 6, 4).Conv2d(Leaf(4, 3, 3, 2), padding: 1, groups: 2)).Forward);
        Assert.Equal(2.0 * 2 * 7 * 5 * 12, Count(() => Leaf(2, 9, 4).Conv1d(Leaf(5, 3, 4))).Forward);
    }

    [Fact]
    public void Attention_takes_two_products_forward_and_four_backward_of_the_keys_that_are_seen()
    {
        Tensor[] heads = [Leaf(2, 5, 3, 8), Leaf(2, 5, 3, 8), Leaf(2, 5, 3, 8)];
        const double All = 2.0 * 3 * 5 * 5 * 8, Causal = 2.0 * 3 * 15 * 8;
        Assert.Equal((4 * All, 12 * All), Count(() => heads[0].Attention(heads[1], heads[2])));
        Assert.Equal((4 * Causal, 12 * Causal), Count(() => heads[0].Attention(heads[1], heads[2], new() { Causal = true })));
    }

    [Fact]
    public void A_loss_over_a_vocabulary_counts_its_layer_and_both_gradients()
    {
        Indices targets = Indices.From(_cpu, [6], [0, 1, 2, 3, 4, 5]);
        const double Pairs = 6 * 4 * 9;
        Tensor x = Leaf(6, 4), weight = Leaf(9, 4);
        using FlopCount count = new();
        x.LinearCrossEntropy(weight, targets).Backward();
        Assert.Equal(6 * Pairs, count.Total);
        using (Tape.NoGradient()) x.LinearCrossEntropy(weight, targets);
        Assert.Equal(8 * Pairs, count.Total);
    }

    [Fact]
    public void A_count_inside_another_counts_for_both_and_nothing_counts_outside()
    {
        Tensor a = Data(2, 2);
        a.MatMul(a);
        using FlopCount outer = new();
        a.MatMul(a);
        double inside;
        using (FlopCount inner = new())
        {
            a.MatMul(a);
            inside = inner.Total;
        }
        a.MatMul(a);
        Assert.Equal((48, 16), (outer.Total, inside));
    }
}
