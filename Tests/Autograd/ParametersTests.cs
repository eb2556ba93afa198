namespace NativeSsl.Tests.Autograd;

public sealed class ParametersTests
{
    static readonly CpuBackend Cpu = new(2);

    static Tensor Leaf(params float[] values) => Tensor.From(Cpu, [values.Length], values).RequireGradient();

    static Parameters Of(params Tensor[] tensors) => new([new("all", [.. tensors.Select((t, i) => ($"p{i}", t))])]);

    [Fact]
    public void Values_move_but_stay_the_same_and_gradients_land_in_one_buffer()
    {
        Tensor a = Leaf(1, 2, 3), b = Leaf(4, 5);
        Parameters parameters = Of(a, b);
        Assert.Equal([1, 2, 3], a.ToArray());
        Assert.Equal([4, 5], b.ToArray());
        Assert.Equal(5, parameters.Count);
        Assert.Equal(32, parameters.Values.Shape.Count);
        Assert.Equal(4f, parameters.Values.ToArray()[16]);

        b.Sigmoid().Backward(Tensor.From(Cpu, [2], 1f, 10f));
        float[] gradients = parameters.Gradients.ToArray();
        Assert.Equal(b.Gradient.ToArray(), gradients[16..18]);
        Assert.NotEqual(0, gradients[17]);
    }

    [Fact]
    public void What_no_backward_pass_reached_counts_as_zero()
    {
        Tensor a = Leaf(1, 2, 3), b = Leaf(4, 5);
        Parameters parameters = Of(a, b);
        a.Sigmoid().Backward(Tensor.From(Cpu, [3], 1e6f, 1e6f, 1e6f));
        parameters.Zero();
        b.Sigmoid().Backward(Tensor.From(Cpu, [2], 1f, 1f));
        double expected = Math.Sqrt(b.Gradient.ToArray().Sum(g => (double)g * g));
        var clipping = new Clipping(parameters, 0);
        clipping.Look();
        Assert.Equal(expected, clipping.Norm, 1e-7);
        Assert.Equal([0, 0, 0], a.Gradient.ToArray());
    }

    [Fact]
    public void Gradients_of_several_passes_add_up()
    {
        Tensor a = Leaf(0, 0);
        Parameters parameters = Of(a);
        for (int pass = 0; pass < 3; pass++) a.Sigmoid().Backward(Tensor.From(Cpu, [2], 1f, 2f));
        Assert.Equal([0.75f, 1.5f], a.Gradient.ToArray());
    }

    [Fact]
    public void A_gradient_that_is_no_number_is_named()
    {
        Tensor a = Leaf(0, 0), b = Leaf(0);
        Parameters parameters = Of(a, b);
        a.Sigmoid().Backward(Tensor.From(Cpu, [2], 12f, 16f));
        Assert.Null(parameters.FirstNotFinite());
        b.Sigmoid().Backward(Tensor.From(Cpu, [1], float.NaN));
        Assert.Equal("p1", parameters.FirstNotFinite());
    }

    [Fact]
    public void Groups_and_buckets_cover_everything_once()
    {
        Tensor[] leaves = [.. new[] { 40, 3, 17, 100, 16 }.Select(n => Leaf(new float[n]))];
        var parameters = new Parameters([new("first", [("a", leaves[0]), ("b", leaves[1])]), new("empty", []),
            new("second", [("c", leaves[2]), ("d", leaves[3]), ("e", leaves[4])])], bucket: 64);
        Assert.Equal([(0, 64), (64, 160)], parameters.Ranges);
        Assert.Equal([(96, 128), (0, 96)], parameters.Buckets);
    }

    [Fact]
    public void The_usual_groups_decay_matrices_only()
    {
        Tensor matrix = Tensor.Zeros(Cpu, [2, 2]).RequireGradient(), bias = Leaf(1, 2);
        ParameterGroup[] groups = ParameterGroup.Usual([("bias", bias), ("weight", matrix)], 0.1f);
        Assert.Equal([("weight", 0.1f), ("bias", 0f)], groups.Select(group => (group.Tensors.Single().Name, group.WeightDecay)));
    }

    [Fact]
    public void What_cannot_be_trained_is_an_error_that_names_it()
    {
        Tensor leaf = Leaf(1), constant = Tensor.Zeros(Cpu, [3]);
        Assert.Contains("constant of shape [3] is not a leaf", Assert.Throws<GradientException>(() =>
            new Parameters([new("g", [("constant", constant)])])).Message, StringComparison.Ordinal);
        Assert.Contains("twice", Assert.Throws<GradientException>(() => Of(leaf, leaf)).Message, StringComparison.Ordinal);
        Assert.Throws<GradientException>(() => Of());
    }
}
