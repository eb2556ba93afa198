namespace NativeSsl;

/// <summary>How much room a matrix of embeddings takes up.</summary>
/// <param name="Name">For example <c>projections</c>.</param>
/// <param name="Width">d, the features of a row.</param>
/// <param name="Spread">
/// The mean over features of the standard deviation over rows of length one, times √d: about 1 if they fill the sphere, 0 if all are equal.
/// Chen &amp; He 2021, “Exploring simple siamese representation learning”, section 4.1.
/// </param>
/// <param name="Rank">RankMe, from 1 to <paramref name="MostRank"/>: how many directions the rows take up.</param>
/// <param name="MostRank">What it could be.</param>
public sealed record EmbeddingHealth(string Name, int Width, double Spread, double Rank, int MostRank)
{
    // Singular values of 128 rows take a few milliseconds; more rows would say little more about a collapse.
    const int MostRows = 128;

    /// <summary>Examines embeddings by the first of their rows, at most half of them: where two views of each sample stand one after
    /// the other, those are different samples.</summary>
    internal static EmbeddingHealth Of(string name, Tensor embeddings)
    {
        int rows = (int)Math.Min(MostRows, embeddings.Shape.Rows / 2), width = embeddings.Shape[-1];
        float[] values = embeddings.ToArray()[..(rows * width)];
        bool finite = Array.TrueForAll(values, float.IsFinite);
        return new EmbeddingHealth(name, width, finite ? SpreadOf(values, width) : double.NaN, finite ? RankOf(values, rows, width) : double.NaN, Math.Min(rows, width));
    }

    static double SpreadOf(float[] values, int width)
    {
        double[] sums = new double[width], squares = new double[width];
        int rows = values.Length / width;
        foreach (float[] row in values.Chunk(width))
        {
            double length = Math.Max(1e-12, Math.Sqrt(row.Sum(value => (double)value * value)));
            for (int i = 0; i < width; i++)
            {
                sums[i] += row[i] / length;
                squares[i] += row[i] / length * (row[i] / length);
            }
        }
        return Math.Sqrt(width) * sums.Zip(squares, (sum, square) => Math.Sqrt(Math.Max(0, square / rows - sum / rows * (sum / rows)))).Average();
    }

    // TEMPORARY until the evaluation's singular values are merged: one-sided Jacobi on the shorter side.
    static double RankOf(float[] values, int rows, int width)
    {
        double[][] v = rows <= width
            ? [.. Enumerable.Range(0, rows).Select(i => values.Skip(i * width).Take(width).Select(x => (double)x).ToArray())]
            : [.. Enumerable.Range(0, width).Select(j => Enumerable.Range(0, rows).Select(i => (double)values[i * width + j]).ToArray())];
        for (int sweep = 0; sweep < 12; sweep++)
            for (int p = 0; p < v.Length; p++)
                for (int q = p + 1; q < v.Length; q++)
                {
                    double a = 0, b = 0, c = 0;
                    for (int k = 0; k < v[p].Length; k++) { a += v[p][k] * v[p][k]; b += v[q][k] * v[q][k]; c += v[p][k] * v[q][k]; }
                    if (Math.Abs(c) <= 1e-12 * Math.Sqrt(a * b)) continue;
                    double zeta = (b - a) / (2 * c), t = Math.Sign(zeta == 0 ? 1 : zeta) / (Math.Abs(zeta) + Math.Sqrt(1 + zeta * zeta)), cs = 1 / Math.Sqrt(1 + t * t), sn = cs * t;
                    for (int k = 0; k < v[p].Length; k++) { double x = v[p][k], y = v[q][k]; v[p][k] = cs * x - sn * y; v[q][k] = sn * x + cs * y; }
                }
        double[] s = [.. v.Select(row => Math.Sqrt(row.Sum(x => x * x)))];
        double total = s.Sum();
        return total == 0 ? 1 : Math.Exp(-s.Where(x => x > 0).Sum(x => x / total * Math.Log(x / total)));
    }
}
