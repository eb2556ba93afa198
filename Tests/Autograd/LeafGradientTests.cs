namespace NativeSsl.Tests.Autograd;

/// <summary>What reaches a leaf: all paths, every pass, in its own memory.</summary>
public sealed class LeafGradientTests
{
    readonly CpuBackend _cpu = new(1);

    Tensor Of(params float[] values) => Tensor.From(_cpu, [values.Length], values);
    Tensor Leaf(params float[] values) => Of(values).RequireGradient();

    // The textbook's slope of a scalar function, by central differences.
    static double[] Slope(float[] x, Func<double[], double> f)
    {
        double[] exact = [.. x];
        return [.. x.Select((v, i) =>
        {
            exact[i] = v + 1e-6;
            double up = f(exact);
            exact[i] = v - 1e-6;
            double down = f(exact);
            exact[i] = v;
            return (up - down) / 2e-6;
        })];
    }

    static void Close(double[] expected, Tensor actual)
    {
        float[] values = actual.ToArray();
        Assert.Equal(expected.Length, values.Length);
        for (int i = 0; i < values.Length; i++) Assert.Equal(expected[i], values[i], 1e-5);
    }

    static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    // x is used by y and z, y by z as well and by the loss.
    [Fact]
    public void A_diamond_gathers_all_its_paths()
    {
        float[] data = [0.3f, -1.2f, 0.8f];
        Tensor x = Leaf(data), y = x.Sigmoid(), z = y.MeanSquaredError(x);
        y.MeanSquaredError(y.Sigmoid().Sigmoid()).MeanSquaredError(z).Backward();
        Close(Slope(data, v =>
        {
            double[] s = [.. v.Select(Sigmoid)];
            double a = s.Average(u => Math.Pow(u - Sigmoid(Sigmoid(u)), 2)), b = s.Zip(v, (p, q) => (p - q) * (p - q)).Average();
            return (a - b) * (a - b);
        }), x.Gradient);
    }

    [Fact]
    public void One_tensor_may_be_both_inputs()
    {
        Tensor x = Leaf(0.5f, 2f), y = x.Sigmoid();
        y.MeanSquaredError(y).Backward();
        Assert.Equal([0f, 0f], x.Gradient.ToArray());
    }

    [Fact]
    public void One_gradient_may_be_for_two_inputs()
    {
        using var step = new Step(_cpu);
        Tensor a = Leaf(1, 2), b = Leaf(3, 4), y = Of(0, 0).Record("pair", [a, b], dy => { Tensor g = Of(5, 6); return [g, g]; });
        y.Backward(Of(1, 1));
        Assert.Equal([5f, 6f], a.Gradient.ToArray());
        Assert.Equal([5f, 6f], b.Gradient.ToArray());
    }

    [Fact]
    public void A_gradient_may_be_the_one_that_came_or_one_that_was_saved()
    {
        using var step = new Step(_cpu);
        Tensor a = Leaf(1, 2), saved = Of(7, 8), inner = a.Sigmoid();
        Tensor y = Of(0, 0).Record("pass", [inner, a], dy => [dy, saved], saved: [saved]);
        y.Backward(Of(0, 0));
        Assert.Equal([7f, 8f], a.Gradient.ToArray());
    }

    [Fact]
    public void Passes_accumulate_until_reset()
    {
        Tensor x = Leaf(1, 3), zero = Of(0, 0);
        x.MeanSquaredError(zero).Backward();
        Assert.Equal([1f, 3f], x.Gradient.ToArray());
        x.MeanSquaredError(zero).Backward();
        Assert.Equal([2f, 6f], x.Gradient.ToArray());
        x.ResetGradient();
        Assert.Throws<GradientException>(() => _ = x.Gradient);
        x.MeanSquaredError(zero).Backward();
        Assert.Equal([1f, 3f], x.Gradient.ToArray());
    }

    // The first share of a leaf's gradient is written where it belongs, over what an earlier pass has left there.
    [Fact]
    public void A_leaf_may_take_part_several_times_in_one_op()
    {
        Tensor x = Leaf(2, 3), seed = Of(1, 10, 100, 1000, 10000, 100000);
        for (int pass = 0; pass < 2; pass++)
        {
            Tensor.Concat([x, x, x], 0).Backward(seed);
            Assert.Equal([10101f, 101010f], x.Gradient.ToArray());
            x.ResetGradient();
            (x * x).Backward(Of(1, 1));
            Assert.Equal([4f, 6f], x.Gradient.ToArray());
            (x / x).Backward(Of(5, 5));
            Assert.Equal([4f, 6f], x.Gradient.ToArray());
            x.ResetGradient();
        }
    }

    [Fact]
    public void The_gradient_of_a_leaf_may_be_the_seed_of_the_next_pass()
    {
        Tensor x = Tensor.From(_cpu, [2, 3], 1, 2, 3, 4, 5, 6).RequireGradient();
        (x * 1f).Backward(Tensor.From(_cpu, [2, 3], 1, 2, 3, 4, 5, 6));
        Tensor former = x.Gradient;
        x.ResetGradient();
        x.Permute(1, 0).Backward(former.View([3, 2]));
        Assert.Equal([1f, 3f, 5f, 2f, 4f, 6f], x.Gradient.ToArray());
        (x + Tensor.Zeros(_cpu, [2, 3])).Backward(x.Gradient);
        Assert.Equal([2f, 6f, 10f, 4f, 8f, 12f], x.Gradient.ToArray());
    }

    [Fact]
    public void A_stopped_gradient_does_not_flow_and_its_tensor_stays()
    {
        using var step = new Step(_cpu);
        float[] data = [0.5f, 2f];
        Tensor x = Leaf(data), y = x.Sigmoid(), target = y.StopGradient();
        y.Sigmoid().MeanSquaredError(target).Backward();
        double[] fixedTarget = [.. data.Select(v => Sigmoid(v))];
        Close(Slope(data, v => v.Select((u, i) => Math.Pow(Sigmoid(Sigmoid(u)) - fixedTarget[i], 2)).Average()), x.Gradient);
        Close(fixedTarget, target);
    }
}
