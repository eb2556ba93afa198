namespace NativeSsl.Tests;

/// <summary>Products too large for the simulator, so that every way of cutting them is met:
/// blocks of steps, shared panels, split sums.</summary>
public sealed class GemmTests
{
    static readonly CpuBackend[] Widths =
        [.. RegisterWidths.Testable.Select(width => new CpuBackend(width, threads: 2))];
    static readonly CpuBackend Alone = new(1), Many = new(5);

    public static TheoryData<int, int, int> Sizes => new()
    {
        { 31, 700, 35 }, { 21, 2100, 19 }, { 64, 1030, 64 }, { 26, 130, 1100 }, { 400, 130, 260 }, { 200, 330, 300 }, { 97, 1, 65 },
        { 1, 900, 530 }, { 530, 900, 1 }, { 8, 200, 640 },
    };

    [Theory, MemberData(nameof(Sizes))]
    public void Agrees_with_doubles(int rows, int steps, int columns) => Each(rows, steps, columns, (a, b, transposeA, transposeB) =>
    {
        double[] expected = Ops.MatMul.Textbook([.. a.Select(v => (double)v)], [.. b.Select(v => (double)v)], 1, rows, steps,
            columns, transposeA, transposeB);
        foreach (CpuBackend backend in Widths)
            for (int accumulate = 0; accumulate < 2; accumulate++)
            {
                float[] c = Multiply(backend, rows, steps, columns, a, b, transposeA, transposeB, accumulate == 1);
                for (int i = 0; i < c.Length; i++)
                    if (!(Math.Abs(c[i] - expected[i] - 3 * accumulate) <= 2e-7 * (steps + 10)))
                        Assert.Fail($"{backend.Simd} {transposeA} {transposeB} [{i}]: {c[i]} for {expected[i] + 3 * accumulate}");
            }
    });

    [Theory, MemberData(nameof(Sizes))]
    public void Same_bits_at_any_number_of_threads(int rows, int steps, int columns) =>
        Each(rows, steps, columns, (a, b, transposeA, transposeB) =>
        Assert.True(Multiply(Alone, rows, steps, columns, a, b, transposeA, transposeB, false).AsSpan()
            .SequenceEqual(Multiply(Many, rows, steps, columns, a, b, transposeA, transposeB, false))));

    [Fact]
    public void Same_bits_when_eight_threads_multiply_at_once()
    {
        (float[] a, float[] b) = (Draw(300 * 200, 1), Draw(200 * 130, 2));
        float[] expected = Multiply(Alone, 300, 200, 130, a, b, false, false, false);
        long before = Many.PoolBytesInUse;
        Parallel.For(0, 64, new ParallelOptions { MaxDegreeOfParallelism = 8 },
            _ => Assert.True(expected.AsSpan().SequenceEqual(Multiply(Many, 300, 200, 130, a, b, false, false, false))));
        Assert.Equal(before, Many.PoolBytesInUse);
    }

    [Theory, InlineData(float.NaN), InlineData(float.PositiveInfinity), InlineData(float.NegativeInfinity)]
    public void A_special_value_reaches_its_row_and_no_other(float special) => Each(13, 70, 37, (a, b, transposeA, transposeB) =>
    {
        (float[] marked, float[] ones) = ([.. a], [.. b.Select(_ => 1f)]);
        marked[transposeA ? 69 * 13 + 12 : 12 * 70 + 69] = special;                   // the last element of the last row
        foreach (CpuBackend backend in Widths)
        {
            float[] c = Multiply(backend, 13, 70, 37, marked, ones, transposeA, transposeB, false);
            Assert.All(c[..(12 * 37)], value => Assert.True(float.IsFinite(value)));
            Assert.All(c[(12 * 37)..], value => Assert.Equal(special, value));
        }
    });

    static void Each(int rows, int steps, int columns, Action<float[], float[], bool, bool> check)
    {
        (float[] a, float[] b) = (Draw(rows * steps, 1), Draw(steps * columns, 2));
        for (int variant = 0; variant < 4; variant++) check(a, b, (variant & 1) != 0, (variant & 2) != 0);
    }

    static float[] Draw(int count, ulong stream)
    {
        var random = new RandomSource(3, stream);
        return [.. Enumerable.Range(0, count).Select(_ => random.NextUniform() * 2 - 1)];
    }

    // The result lies between sentinels, which must survive.
    static float[] Multiply(CpuBackend backend, int rows, int steps, int columns, float[] a, float[] b, bool transposeA,
        bool transposeB, bool accumulate)
    {
        const int Margin = 32;
        int count = rows * columns;
        Tensor buffer = Tensor.Full(backend, [count + 2 * Margin], 3f);
        Tensor c = new(backend, [rows, columns], buffer.Storage.Slice(Margin, count));
        backend.MatMul(Tensor.From(backend, transposeA ? [steps, rows] : [rows, steps], a),
            Tensor.From(backend, transposeB ? [columns, steps] : [steps, columns], b), c, transposeA, transposeB, accumulate);
        float[] all = buffer.ToArray();
        Assert.True(all.AsSpan(0, Margin).IndexOfAnyExcept(3f) < 0 && all.AsSpan(Margin + count).IndexOfAnyExcept(3f) < 0);
        return all[Margin..^Margin];
    }
}
