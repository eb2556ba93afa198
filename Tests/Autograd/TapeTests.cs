namespace NativeSsl.Tests.Autograd;

public sealed class TapeTests
{
    readonly CpuBackend _cpu = new(1);

    Tensor Of(params float[] values) => Tensor.From(_cpu, [values.Length], values);
    Tensor Leaf(params float[] values) => Of(values).RequireGradient();

    static string Message(Action act) => Assert.Throws<GradientException>(act).Message;

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
