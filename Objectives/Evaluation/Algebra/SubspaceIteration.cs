namespace NativeSsl;

/// <summary>
/// The strongest principal components of wide tables, without their covariance: directions drawn at random are multiplied by XᵀX and made
/// orthogonal, again and again, then turned into the components. Halko, Martinsson &amp; Tropp 2011, “Finding structure with randomness”,
/// algorithm 4.4, on the right side of X.
/// </summary>
static class SubspaceIteration
{
    const int Surplus = 16;

    /// <summary>Variances and directions, strongest first.</summary>
    /// <param name="x">Centred rows, <c>[count, width]</c>.</param>
    /// <param name="components">How many are wanted; some more are iterated, so that these are good.</param>
    /// <param name="iterations">How often.</param>
    internal static (double[] Variances, double[][] Directions) Of(Tensor x, int components, int iterations = 8)
    {
        int count = x.Shape[0], width = x.Shape[1], kept = Math.Min(width, components + Surplus);
        var random = new RandomSource(0, 0);
        double[][] rows = [.. Enumerable.Range(0, kept)
            .Select(_ => Enumerable.Range(0, width).Select(_ => (double)random.NextNormal()).ToArray())];
        Orthogonalize(rows);
        for (int i = 0; i < iterations; i++)
        {
            rows = Times(x, rows, andBack: true);
            Orthogonalize(rows);
        }
        // Within the subspace the covariance is small and can be decomposed exactly (Rayleigh and Ritz).
        double[][] along = Times(x, rows, andBack: false);
        double[] small = new double[kept * kept];
        for (int i = 0; i < kept; i++)
            for (int j = 0; j < kept; j++) small[i * kept + j] = Doubles.Dot(along[i], along[j]) / count;
        SymmetricEigen eigen = SymmetricEigen.Of(small, kept);
        return (eigen.Values, [.. eigen.Vectors.Select(weights =>
        {
            double[] direction = new double[width];
            for (int i = 0; i < kept; i++) Doubles.AddScaled(direction, weights[i], rows[i]);
            return direction;
        })]);
    }

    // V Xᵀ, or V XᵀX
    static double[][] Times(Tensor x, double[][] rows, bool andBack)
    {
        using Step step = new(x.Backend);
        Tensor v = Tensor.From(x.Backend, [rows.Length, rows[0].Length], [.. rows.SelectMany(row => row.Select(value => (float)value))]);
        Tensor product = v.MatMul(x, transposeB: true);
        if (andBack) product = product.MatMul(x);
        return [.. product.ToArray().Chunk(product.Shape[1]).Select(row => Array.ConvertAll(row, value => (double)value))];
    }

    // Gram and Schmidt, modified, and twice: once leaves what rounding brought back. A row with nothing left stays zero.
    static void Orthogonalize(double[][] rows)
    {
        for (int i = 0; i < rows.Length; i++)
        {
            double before = Math.Sqrt(Doubles.Dot(rows[i], rows[i]));
            for (int pass = 0; pass < 2; pass++)
                for (int j = 0; j < i; j++) Doubles.AddScaled(rows[i], -Doubles.Dot(rows[i], rows[j]), rows[j]);
            double length = Math.Sqrt(Doubles.Dot(rows[i], rows[i])), scale = length > 1e-6 * before ? 1 / length : 0;
            for (int j = 0; j < rows[i].Length; j++) rows[i][j] *= scale;
        }
    }
}
