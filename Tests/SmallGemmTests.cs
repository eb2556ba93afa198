namespace NativeSsl.Tests;

/// <summary>Matrix products on bare pointers: every size of tile, both ways round, and nothing written outside.</summary>
public sealed unsafe class SmallGemmTests
{
    const float Sentinel = 12345f;

    public static TheoryData<SimdWidth> Widths => [.. RegisterWidths.Testable];

    [Theory, MemberData(nameof(Widths))]
    public void Multiplies_all_sizes(SimdWidth width) =>
        RegisterWidths.On(width, AllSizes<Wide128>, AllSizes<Wide256>, AllSizes<Wide512>);

    [Theory, MemberData(nameof(Widths))]
    public void Transposes_all_sizes(SimdWidth width)
    {
        for (int rows = 1; rows < 20; rows++)
            for (int columns = 1; columns < 20; columns++)
                RegisterWidths.On(width, () => TransposeOne<Wide128>(rows, columns), () => TransposeOne<Wide256>(rows, columns),
                    () => TransposeOne<Wide512>(rows, columns));
    }

    static void AllSizes<T>() where T : struct, IWide<T>
    {
        foreach (int rows in (int[])[1, 2, 3, 4, 5, 6, 7, 13])
            foreach (int columns in (int[])[1, 4, 15, 16, 17, 33, 48, 63, 64, 65, 130])
                foreach (int steps in (int[])[0, 1, 2, 7])
                    for (int variant = 0; variant < 4; variant++)
                        One<T>(rows, columns, steps, transposed: variant % 2 == 1, accumulate: variant >= 2);
    }

    static void One<T>(int rows, int columns, int steps, bool transposed, bool accumulate) where T : struct, IWide<T>
    {
        int gap = 3, stride = columns + gap;
        var random = new RandomSource(5, (ulong)(rows * 1000 + columns));
        float[] a = Draw(rows * steps + 16), b = Draw(steps * stride + 16), c = Draw(rows * stride + 16), before = [.. c];
        (nint rowStride, nint stepStride) = transposed ? (1, rows) : (steps, 1);
        fixed (float* x = a, y = b, z = c)
            SmallGemm<T>.Multiply(rows, columns, steps, x, rowStride, stepStride, y, stride, z, stride, accumulate);
        for (int i = 0; i < c.Length; i++)
        {
            int row = i / stride, column = i % stride;
            if (row >= rows || column >= columns) { Assert.Equal(before[i], c[i]); continue; }
            double sum = accumulate ? before[i] : 0;
            for (int k = 0; k < steps; k++) sum += (double)a[row * (int)rowStride + k * (int)stepStride] * b[k * stride + column];
            Assert.Equal(sum, c[i], 1e-5);
        }

        float[] Draw(int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextUniform() * 2 - 1)];
    }

    static void TransposeOne<T>(int rows, int columns) where T : struct, IWide<T>
    {
        float[] source = [.. Enumerable.Range(0, rows * (columns + 1)).Select(i => (float)i)];
        float[] target = new float[columns * (rows + 2)];
        Array.Fill(target, Sentinel);
        fixed (float* s = source, t = target) Transpose.Run<T>(s, columns + 1, rows, columns, t, rows + 2);
        for (int j = 0; j < columns; j++)
            for (int i = 0; i < rows + 2; i++)
                Assert.Equal(i < rows ? source[i * (columns + 1) + j] : Sentinel, target[j * (rows + 2) + i]);
    }
}
