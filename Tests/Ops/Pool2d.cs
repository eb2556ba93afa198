namespace NativeSsl.Tests.Ops;

public sealed class Pool2d
{
    internal static OpSpec[] Specs =>
    [
        Max("max pool 2 by 2", [2, 4, 6, 3], 2, 2),
        Max("max pool, a row and a column left over", [1, 5, 7, 17], 2, 2),
        Max("max pool with overlap and padding", [2, 7, 5, 3], 3, 2, 1),
        Max("max pool, stride 1", [1, 4, 5, 33], 3, 1, 1),
        Max("max pool with overlap, whole fours of channels", [2, 7, 5, 12], 3, 2, 1),
        Max("max pool of NaN and infinity, whole fours of channels", [1, 4, 4, 4], 2, 2) with
        {
            Planted = [(0, 0, float.NaN), (0, 9, float.NegativeInfinity), (0, 21, float.PositiveInfinity), (0, 31, float.NaN)],
            HasGradient = false,
        },
        Max("max pool of one pixel", [2, 1, 1, 2], 3, 2, 1),
        Max("max pool, stride longer than the kernel", [1, 8, 7, 2], 2, 3),
        Max("max pool of NaN and infinity", [1, 4, 4, 2], 2, 2) with
        {
            Planted = [(0, 0, float.NaN), (0, 9, float.NegativeInfinity), (0, 21, float.PositiveInfinity), (0, 31, float.NaN)],
            HasGradient = false,
        },
        Average("average pool 2 by 2", [2, 4, 6, 3], 2, 2),
        Average("average pool, a row and a column left over", [1, 5, 7, 17], 2, 2),
        Average("average pool with overlap and padding", [2, 7, 5, 3], 3, 2, 1),
        Average("average pool, stride 1", [1, 4, 5, 33], 3, 1, 1),
        Average("average pool with overlap, whole fours of channels", [2, 7, 5, 12], 3, 2, 1),
        Average("average pool, stride longer than the kernel", [1, 8, 7, 2], 2, 3),
        new("global average pool", [[2, 3, 5, 19]], x => x[0].GlobalAveragePool(),
            x => [.. Enumerable.Range(0, 38).Select(i => Enumerable.Range(0, 15).Average(p => x[0][(i / 19 * 15 + p) * 19 + i % 19]))]),
    ];

    static OpSpec Max(string name, Shape shape, int kernel, int stride, int padding = 0) =>
        new(name, [shape], x => x[0].MaxPool2d(kernel, stride, padding),
            x => Windows(x[0], shape, kernel, stride, padding, seen => seen.Max()));

    static OpSpec Average(string name, Shape shape, int kernel, int stride, int padding = 0) =>
        new(name, [shape], x => x[0].AveragePool2d(kernel, stride, padding),
            x => Windows(x[0], shape, kernel, stride, padding, seen => seen.Sum() / (kernel * kernel)));

    // Enumerable.Max ignores a NaN among doubles; the largest of a window with one is NaN.
    static double[] Windows(double[] x, Shape shape, int kernel, int stride, int padding, Func<IReadOnlyList<double>, double> fold)
    {
        (int height, int width, int channels) = (shape[1], shape[2], shape[3]);
        List<double> y = [];
        for (int b = 0; b < shape[0]; b++)
            for (int i = -padding; i + kernel <= height + padding; i += stride)
                for (int j = -padding; j + kernel <= width + padding; j += stride)
                    for (int c = 0; c < channels; c++)
                    {
                        List<double> seen = [];
                        for (int u = Math.Max(0, i); u < Math.Min(height, i + kernel); u++)
                            for (int v = Math.Max(0, j); v < Math.Min(width, j + kernel); v++)
                                seen.Add(x[((b * height + u) * width + v) * channels + c]);
                        y.Add(seen.Exists(double.IsNaN) ? double.NaN : fold(seen));
                    }
        return [.. y];
    }

    [Theory, InlineData(1), InlineData(4)]
    public void Of_equal_maxima_the_first_takes_the_gradient(int channels)
    {
        float[] Each(params float[] values) => [.. values.SelectMany(value => Enumerable.Repeat(value, channels))];
        foreach (IBackend backend in Devices.All)
        {
            using var step = new Step(backend);
            Tensor x = Tensor.From(backend, [1, 3, 3, channels], Each(0, 2, 2, 2, 1, 2, 2, 2, 2)).RequireGradient();
            x.MaxPool2d(2, 1).Backward(Tensor.From(backend, [1, 2, 2, channels], Each(1, 10, 100, 1000)));
            Assert.Equal(Each(0, 11, 0, 100, 0, 1000, 0, 0, 0), x.Gradient.ToArray());
        }
    }

    [Theory, InlineData(0, 5, 3), InlineData(4, 5, 0)]
    public void Of_nothing_but_padding_or_without_channels(int height, int width, int channels)
    {
        foreach (IBackend backend in Devices.All)
        {
            using var step = new Step(backend);
            Tensor x = Tensor.Zeros(backend, [1, height, width, channels]).RequireGradient(), y = x.AveragePool2d(2, 1, padding: 1);
            Assert.All(y.ToArray(), value => Assert.Equal(0f, value));
            y.Backward(Tensor.Zeros(backend, y.Shape));
            Assert.Empty(x.Gradient.ToArray());
        }
    }

    [Fact]
    public void Errors_finish_the_sentence()
    {
        Tensor Zeros(params int[] shape) => Tensor.Zeros(CpuBackend.Default, shape);
        string Message(Func<Tensor> call) => Assert.Throws<ShapeException>(call).Message;
        Assert.Contains("MaxPool2d: x has shape [2, 3, 4], which has 3 axes",
            Message(() => Zeros(2, 3, 4).MaxPool2d(2, 2)), StringComparison.Ordinal);
        Assert.Contains("AveragePool2d: a window of 3 × 3 does not fit into images of shape [1, 2, 5, 1]",
            Message(() => Zeros(1, 2, 5, 1).AveragePool2d(3, 1)), StringComparison.Ordinal);
        Assert.Contains("padding 2 with kernel 3", Message(() => Zeros(1, 5, 5, 1).MaxPool2d(3, 1, 2)), StringComparison.Ordinal);
        Assert.Contains("kernel 2 and stride 0", Message(() => Zeros(1, 5, 5, 1).MaxPool2d(2, 0)), StringComparison.Ordinal);
        Assert.Contains("images without pixels", Message(() => Zeros(1, 0, 5, 1).GlobalAveragePool()), StringComparison.Ordinal);
    }
}
