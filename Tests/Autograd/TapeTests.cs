namespace NativeSsl.Tests.Autograd;

public sealed class TapeTests
{
    readonly CpuBackend _cpu = new(1);

    Tensor Of(params float[] values) => Tensor.From(_cpu, [values.Length], values);
    Tensor Leaf(params float[] values) => Of(values).RequireGradient();

    static string Message(Action act) => Assert.Throws<GradientException>(act).Message;

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

    [Fact]
    public void A_second_backward_is_an_error()
    {
        Tensor loss = Leaf(1, 2).MeanSquaredError(Of(0, 0));
        loss.Backward();
        Assert.Contains("mean squared error was already walked back from", Message(() => loss.Backward()));
        Assert.True(float.IsFinite(loss.Item()));
    }

    [Fact]
    public void A_root_that_is_no_scalar_is_an_error() =>
        Assert.Contains("the root has shape [2], not one element", Message(() => Leaf(1, 2).Sigmoid().Backward()));

    [Fact]
    public void A_seed_of_another_shape_is_an_error() =>
        Assert.Contains("shape [2] but the seed has shape [3]",
            Assert.Throws<ShapeException>(() => Leaf(1, 2).Sigmoid().Backward(Of(1, 2, 3))).Message);

    [Fact]
    public void A_root_without_leaves_is_an_error() =>
        Assert.Contains("not made from anything that requires", Message(() => Of(1).Sigmoid().Backward()));

    [Fact]
    public void A_gradient_never_asked_for_is_an_error()
    {
        Tensor constant = Of(1), leaf = Leaf(1), result = leaf.Sigmoid();
        Assert.Contains("none was asked for", Message(() => _ = constant.Gradient));
        Assert.Contains("no backward pass has reached", Message(() => _ = leaf.Gradient));
        Assert.Contains("only leaves keep", Message(() => _ = result.Gradient));
        Assert.Contains("only leaves keep", Message(() => result.RequireGradient()));
    }

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
        Message(() => _ = x.Gradient);
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
    public void Nothing_is_recorded_without_gradient()
    {
        Tensor x = Leaf(1, 2), y;
        using (Tape.NoGradient())
        {
            using (Tape.NoGradient()) Assert.False(Tape.IsRecording);
            Assert.False(Tape.IsRecording);
            y = x.Sigmoid();
        }
        Assert.True(Tape.IsRecording);
        Assert.False(y.RequiresGradient);
        Assert.True(x.Sigmoid().RequiresGradient);
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

    [Fact]
    public void Activations_go_back_as_soon_as_they_are_used()
    {
        using var step = new Step(_cpu);
        Tensor x = Leaf(1, 2), y = x.Sigmoid(), z = y.Sigmoid(), loss = z.MeanSquaredError(Of(0, 0)), seed = Of(1).View([]);
        long before = _cpu.PoolBytesInUse;
        loss.Backward(seed);
        Assert.True(y.Storage.IsReleased && z.Storage.IsReleased);
        Assert.False(x.Storage.IsReleased || loss.Storage.IsReleased || seed.Storage.IsReleased);
        Assert.True(_cpu.PoolBytesInUse < before);
        Assert.Throws<StaleTensorException>(() => z.ToArray());
    }

    [Fact]
    public void A_root_that_is_a_view_keeps_its_memory()
    {
        using var step = new Step(_cpu);
        Tensor inner = Leaf(1, 2).MeanSquaredError(Of(0, 0));
        Tensor root = inner.View([1]).Record("view", [inner], dy => [dy.View([])], isView: true);
        root.Backward();
        Assert.Equal(2.5f, root.Item());
    }

    [Fact]
    public void A_branch_that_was_walked_back_from_cannot_take_part_again_and_spoils_nothing()
    {
        Tensor a = Leaf(1, 2), used = a.Sigmoid(), b = Leaf(3, 4), fresh = b.Sigmoid();
        used.MeanSquaredError(Of(0, 0)).Backward();
        Assert.Contains("result of sigmoid takes part", Message(() => fresh.MeanSquaredError(used).Backward()));
        fresh.MeanSquaredError(Of(0, 0)).Backward();
        Assert.True(b.Gradient.ToArray().All(g => g > 0));
    }

    [Fact]
    public void A_gradient_of_the_wrong_shape_names_the_op()
    {
        Tensor x = Leaf(1, 2), y = Of(1).Record("odd", [x], dy => [Of(1, 2, 3)]);
        Assert.Contains("a gradient of shape [3] for a tensor of shape [2]", Assert.Throws<ShapeException>(() => y.Backward()).Message);
    }

    [Fact]
    public void A_deep_graph_does_not_overflow_the_stack()
    {
        Tensor x = Leaf(1), y = x;
        for (int i = 0; i < 20_000; i++) y = y.Sigmoid();
        y.Backward();
        Assert.True(float.IsFinite(x.Gradient.Item()));
    }
}
