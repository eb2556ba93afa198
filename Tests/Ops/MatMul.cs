namespace NativeSsl.Tests.Ops;

static class MatMul
{
    public static OpSpec[] Specs =>
    [
        Case("nn", 1, 7, 19, 33),
        Case("nt", 1, 7, 19, 33, transposeB: true),
        Case("tn", 1, 7, 19, 33, transposeA: true),
        Case("tt", 1, 7, 19, 33, transposeA: true, transposeB: true),
        Case("one row nn", 1, 1, 37, 50),
        Case("one row nt", 1, 1, 37, 50, transposeB: true),
        Case("one column", 1, 37, 21, 1),
        Case("one column tn", 1, 37, 21, 1, transposeA: true, transposeB: true),
        Case("one step", 1, 9, 1, 18),
        Case("three rows nt", 1, 3, 17, 21, transposeB: true),
        Case("batch nn", 3, 5, 6, 17),
        Case("batch nt", 3, 5, 6, 17, transposeB: true),
        Case("batch tn", 3, 5, 6, 17, transposeA: true),
        Case("batch tt", 3, 5, 6, 17, transposeA: true, transposeB: true),
        Case("shared b nn", 3, 5, 6, 17, sharesB: true),
        Case("shared b nt", 3, 5, 6, 17, transposeB: true, sharesB: true),
        Case("shared b tn", 3, 5, 6, 17, transposeA: true, sharesB: true),
        Case("shared b tt", 3, 5, 6, 17, transposeA: true, transposeB: true, sharesB: true),
        Case("shared a nn", 3, 5, 6, 17, sharesA: true),
        Case("shared a tt", 3, 5, 6, 17, transposeA: true, transposeB: true, sharesA: true),
        Case("ragged nn", 1, 33, 67, 129) with { HasGradient = false },
        Case("ragged nt", 1, 33, 67, 129, transposeB: true) with { HasGradient = false },
        Case("ragged tn", 1, 33, 67, 129, transposeA: true) with { HasGradient = false },
        Case("ragged tt", 1, 33, 67, 129, transposeA: true, transposeB: true) with { HasGradient = false },
        Case("long sums", 1, 9, 600, 10) with { HasGradient = false },
        Case("long sums by fours, whose halves are none", 1, 9, 612, 12) with { HasGradient = false },
        Case("long sums in the slope of b", 1, 600, 3, 9),
        Case("large values", 1, 5, 9, 17) with { Scale = 1e18f, Tolerance = 2e-6, HasGradient = false },
    ];

    static OpSpec Case(string name, int items, int rows, int steps, int columns, bool transposeA = false, bool transposeB = false,
        bool sharesA = false, bool sharesB = false)
    {
        Shape a = transposeA ? [steps, rows] : [rows, steps], b = transposeB ? [columns, steps] : [steps, columns];
        if (items > 1 && !sharesA) a = a.Insert(0, items);
        if (items > 1 && !sharesB) b = b.Insert(0, items);
        return new($"matmul, {name}", [a, b], x => x[0].MatMul(x[1], transposeA, transposeB),
            x => Textbook(x[0], x[1], items, rows, steps, columns, transposeA, transposeB, sharesA, sharesB))
        { Tolerance = 2e-6 * Math.Max(1, Math.Sqrt(steps) / 4), GradientTolerance = 1e-5 };
    }

    internal static double[] Textbook(double[] a, double[] b, int items, int rows, int steps, int columns, bool transposeA,
        bool transposeB, bool sharesA = false, bool sharesB = false)
    {
        double[] c = new double[items * rows * columns];
        for (int item = 0; item < items; item++)
            for (int i = 0; i < rows; i++)
                for (int j = 0; j < columns; j++)
                    for (int k = 0; k < steps; k++)
                        c[(item * rows + i) * columns + j] += a[(sharesA ? 0 : item * rows * steps)
                            + (transposeA ? k * rows + i : i * steps + k)]
                            * b[(sharesB ? 0 : item * steps * columns) + (transposeB ? j * steps + k : k * columns + j)];
        return c;
    }
}
