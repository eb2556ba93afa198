namespace NativeSsl.Tests.Ops;

/// <summary>Messages name the op, the axis and both shapes.</summary>
public sealed class RowOpErrorTests
{
    static Tensor Zeros(Shape shape) => Tensor.Zeros(CpuBackend.Default, shape);
    static Indices Labels(Shape shape, params int[] values) => Indices.From(CpuBackend.Default, shape, values);

    static string Message<T>(Func<Tensor> call) where T : Exception => Assert.Throws<T>(call).Message;

    [Fact]
    public void Layer_norm() => Assert.Equal("LayerNorm: last axis of x is 6 (shape [8, 6]) but axis 0 of gamma is 5 (shape [5]).",
        Message<ShapeException>(() => Zeros([8, 6]).LayerNorm(Zeros([5]))));

    [Fact]
    public void Layer_norm_beta() => Assert.Equal("LayerNorm: last axis of x is 6 (shape [8, 6]) but axis 0 of beta is 7 (shape [7]).",
        Message<ShapeException>(() => Zeros([8, 6]).LayerNorm(Zeros([6]), Zeros([7]))));

    [Fact]
    public void Layer_norm_with_a_matrix() => Assert.Equal("LayerNorm: gamma has shape [1, 6], which has 2 axes; 1 are needed.",
        Message<ShapeException>(() => Zeros([8, 6]).LayerNorm(Zeros([1, 6]))));

    [Fact]
    public void Scalars_have_no_last_axis()
    {
        foreach (Func<Tensor> call in (Func<Tensor>[])[() => Zeros([]).Softmax(), () => Zeros([]).LogSoftmax(), () => Zeros([]).Normalize(),
            () => Zeros([]).LayerNorm(Zeros([1])), () => Zeros([]).CrossEntropy(Zeros([])), () => Zeros([]).CrossEntropy(Labels([], 0))])
            Assert.Contains("x has shape [], which has 0 axes", Message<ShapeException>(call));
    }

    [Fact]
    public void Cross_entropy_targets() => Assert.Equal("CrossEntropy: x without its last axis has shape [2, 3] but targets has shape [6].",
        Message<ShapeException>(() => Zeros([2, 3, 5]).CrossEntropy(Labels([6], 0, 0, 0, 0, 0, 0))));

    [Fact]
    public void Cross_entropy_class() => Assert.Equal("CrossEntropy: index 5 at place 1 of indices [2] is outside 0 … 4.",
        Message<IndexException>(() => Zeros([2, 5]).CrossEntropy(Labels([2], 0, 5))));

    [Fact]
    public void Cross_entropy_smoothing() => Assert.Contains("labelSmoothing is 1.5; it must be in 0 … 1",
        Message<NativeSslException>(() => Zeros([1, 5]).CrossEntropy(Labels([1], 0), labelSmoothing: 1.5f)));

    [Fact]
    public void Soft_targets() => Assert.Equal("CrossEntropy: x has shape [2, 5] but softTargets has shape [2, 4].",
        Message<ShapeException>(() => Zeros([2, 5]).CrossEntropy(Zeros([2, 4]))));

    [Fact]
    public void Mean_squared_error() => Assert.Equal("MeanSquaredError: x has shape [2, 5] but target has shape [5].",
        Message<ShapeException>(() => Zeros([2, 5]).MeanSquaredError(Zeros([5]))));

    [Fact]
    public void No_rows_make_a_loss_of_zero()
    {
        Assert.Equal(0f, Zeros([0, 5]).CrossEntropy(Labels([0])).Item());
        Assert.Equal(0f, Zeros([0, 5]).CrossEntropy(Zeros([0, 5])).Item());
        Assert.Equal(0f, Zeros([0, 5]).MeanSquaredError(Zeros([0, 5])).Item());
        Assert.Equal([0, 5], Zeros([0, 5]).LayerNorm(Zeros([5])).Softmax().LogSoftmax().Normalize().Shape);
    }
}
