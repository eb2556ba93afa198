namespace NativeSsl.Tests.Ops;

public sealed class Reduce
{
    internal static OpSpec[] Specs =>
    [
        Over("sum of all", [3, 5, 7], [0, 1, 2], (x, _) => x.Sum(), v => v.Sum()),
        Over("sum of a scalar", [], [], (x, _) => x.Sum() * 2f, v => v.Sum() * 2),
        Over("sum over the last axis", [5, 67], [1], (x, _) => x.Sum(-1), v => v.Sum()),
        Over("sum over the first axis", [7, 33], [0], (x, _) => x.Sum(0), v => v.Sum()),
        Over("sum over a middle axis", [3, 6, 17], [1], (x, _) => x.Sum(1, keepAxis: true), v => v.Sum()),
        Over("sum over axes apart", [3, 4, 5, 6], [0, 2], (x, axes) => x.Sum(axes), v => v.Sum()),
        Over("sum over three of five", [2, 3, 2, 3, 2], [0, 2, 4], (x, axes) => x.Sum(axes, keepAxis: true), v => v.Sum()),
        Over("mean of all", [3, 5, 7], [0, 1, 2], (x, _) => x.Mean(), v => v.Average()),
        Over("mean over axes", [3, 5, 7], [0, 2], (x, axes) => x.Mean(axes), v => v.Average()),
        Over("max of all", [3, 5, 7], [0, 1, 2], (x, _) => x.Max(), v => v.Max()),
        Over("max over the last axis", [5, 33], [1], (x, _) => x.Max(-1), v => v.Max()),
        Over("max over axes apart", [3, 4, 5, 6], [0, 2], (x, axes) => x.Max(axes), v => v.Max()),
        Over("max of large numbers", [3, 4], [0], (x, _) => x.Max(0), v => v.Max()) with { Scale = 1e38f, HasGradient = false },
    ];

    static OpSpec Over(string name, Shape shape, int[] axes, Func<Tensor, int[], Tensor> apply,
        Func<IEnumerable<double>, double> textbook) =>
        new(name, [shape], x => apply(x[0], axes), x =>
        {
            int[] kept = [.. Enumerable.Range(0, shape.Rank).Except(axes)];
            return [.. x[0].Select((value, i) => (value, Key: Key(shape, kept, i))).GroupBy(pair => pair.Key).OrderBy(group => group.Key)
                .Select(group => textbook(group.Select(pair => pair.value)))];
        });

    // The row-major number of an element among those of the kept axes alone.
    static long Key(Shape shape, int[] kept, long i)
    {
        long key = 0;
        foreach (int axis in kept) key = key * shape[axis] + i / shape.Span(axis + 1, shape.Rank) % shape[axis];
        return key;
    }

    [Fact]
    public void Sixteen_million_ones_are_exactly_sixteen_million()
    {
        foreach (CpuBackend backend in Devices.Widths)
        {
            Tensor ones = Tensor.Full(backend, [1 << 12, 1 << 12], 1f);
            Assert.Equal(16777216f, ones.Sum().Item());
            Assert.Equal(16777216f, ones.Sum(0).Sum().Item());
            Assert.Equal(1f, ones.Mean().Item());
            Assert.Equal(16777216f, ones.Reshape([1 << 23, 2]).Sum(0).Sum().Item());
        }
    }

    [Theory]
    [InlineData(1, 100_003, 1), InlineData(3, 40_001, 1), InlineData(1, 30_001, 3), InlineData(2, 5_003, 17),
        InlineData(1, 70, 2_050), InlineData(5_000, 3, 4)]
    public void Long_reductions_have_the_right_value_and_the_same_bits_everywhere(int outer, int length, int inner)
    {
        var random = new RandomSource(3, 0);
        float[] x = [.. Enumerable.Range(0, outer * length * inner).Select(_ => random.NextUniform() - 0.25f)];
        double[] sum = new double[outer * inner];
        float[] max = new float[outer * inner];
        Array.Fill(max, float.NegativeInfinity);
        for (int i = 0; i < x.Length; i++)
        {
            int place = i / (length * inner) * inner + i % inner;
            sum[place] += x[i];
            max[place] = Math.Max(max[place], x[i]);
        }
        float[]? first = null;
        foreach (CpuBackend backend in (CpuBackend[])[new(1), new(5), .. Devices.Widths])
        {
            Tensor tensor = Tensor.From(backend, [outer, length, inner], x);
            float[] actual = tensor.Sum(1).ToArray();
            for (int i = 0; i < sum.Length; i++) Assert.Equal(sum[i], actual[i], 1e-6 * length);
            Assert.Equal(first ??= actual, actual);
            Assert.Equal(max, tensor.Max(1).ToArray());
        }
    }

    [Fact]
    public void A_not_a_number_anywhere_is_the_maximum()
    {
        foreach (IBackend backend in Devices.All)
            for (int place = 0; place < 70; place++)
            {
                float[] x = [.. Enumerable.Range(0, 70).Select(i => i == place ? float.NaN : i - 30f)];
                Assert.True(float.IsNaN(Tensor.From(backend, [70], x).Max().Item()), $"NaN at {place} on {backend.Name}");
                Assert.True(float.IsNaN(Tensor.From(backend, [35, 2], x).Max(0).ToArray()[place % 2]), $"NaN at {place} on {backend.Name}");
            }
    }

    [Fact]
    public void Infinities_are_maxima_like_others()
    {
        foreach (IBackend backend in Devices.All)
        {
            Assert.Equal(float.PositiveInfinity, Tensor.From(backend, [3], 1f, float.PositiveInfinity, 2f).Max().Item());
            Assert.Equal(float.NegativeInfinity, Tensor.From(backend, [2], float.NegativeInfinity, float.NegativeInfinity).Max().Item());
        }
    }

    [Fact]
    public void Of_equal_maxima_the_first_takes_the_gradient()
    {
        foreach (IBackend backend in Devices.All)
        {
            Tensor x = Tensor.From(backend, [2, 2, 3], 1, 2, 2, 0, 2, 1, 2, 2, 0, 1, 1, 2).RequireGradient();
            x.Max().Backward();
            Assert.Equal([0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], x.Gradient.ToArray());
            x.ResetGradient();
            x.Max([0, 2]).Sum().Backward();
            Assert.Equal([0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0], x.Gradient.ToArray());
        }
    }

    [Fact]
    public void Errors_name_op_axis_and_shape()
    {
        Tensor x = Tensor.Zeros(CpuBackend.Default, [2, 0, 3]);
        Assert.Contains("Sum: axis 3 of shape [2, 0, 3]", Assert.Throws<ShapeException>(() => x.Sum(3)).Message, StringComparison.Ordinal);
        Assert.Contains("axis -3 of shape [2, 0, 3] is named twice",
            Assert.Throws<ShapeException>(() => x.Mean([0, -3])).Message, StringComparison.Ordinal);
        Assert.Contains("Max: axis 1 of shape [2, 0, 3]", Assert.Throws<ShapeException>(() => x.Max(1)).Message, StringComparison.Ordinal);
        Assert.Equal(new float[6], x.Sum(1).ToArray());
    }
}
