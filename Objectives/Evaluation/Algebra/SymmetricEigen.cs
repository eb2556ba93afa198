namespace NativeSsl;

/// <summary>
/// Eigenvalues and eigenvectors of a symmetric matrix in doubles: Householder's reflections, then the implicit symmetric QR steps with
/// Wilkinson's shift of Golub &amp; Van Loan 2013, “Matrix computations”, algorithms 8.3.2 and 8.3.3.
/// </summary>
/// <param name="Values">Largest first.</param>
/// <param name="Vectors">In the order of the values, each a row of length one; empty if they were not asked for.</param>
sealed record SymmetricEigen(double[] Values, double[][] Vectors)
{
    const int MostSteps = 60;

    /// <summary>Decomposes a matrix.</summary>
    /// <param name="matrix">Symmetric, row by row; destroyed.</param>
    /// <param name="n">How many rows it has.</param>
    /// <param name="vectors">Whether eigenvectors are wanted; without them it is several times as fast.</param>
    /// <exception cref="NativeSslException">A value is not finite.</exception>
    internal static SymmetricEigen Of(double[] matrix, int n, bool vectors = true)
    {
        if (Array.FindIndex(matrix, value => !double.IsFinite(value)) is >= 0 and int place)
            throw new NativeSslException($"SymmetricEigen: element {place / n}, {place % n} is {matrix[place]}; only finite matrices " +
                "have eigenvalues.");
        (double[] d, double[] e, double[] v) = Tridiagonal.Of(matrix, n, vectors);
        for (int last = n - 1; last > 0; last--)
            for (int steps = 0; !IsNothing(d, e, last - 1) && steps < MostSteps; steps++)
            {
                int first = last - 1;
                while (first > 0 && !IsNothing(d, e, first - 1)) first--;
                Step(d, e, v, first, last);
            }
        int[] order = [.. Enumerable.Range(0, n).OrderByDescending(i => d[i])];
        return new([.. order.Select(i => d[i])], vectors ? [.. order.Select(i => v.AsSpan(i * n, n).ToArray())] : []);
    }

    static bool IsNothing(double[] d, double[] e, int i) => Math.Abs(e[i]) <= double.Epsilon
        + 1.1e-16 * (Math.Abs(d[i]) + Math.Abs(d[i + 1]));

    // A shift near the last eigenvalue starts a bulge, which rotations of neighbouring rows chase down the diagonal.
    static void Step(double[] d, double[] e, double[] v, int first, int last)
    {
        double delta = (d[last - 1] - d[last]) / 2, end = e[last - 1], root = double.Hypot(delta, end);
        double shift = d[last] - end * (end / (delta + (delta < 0 ? -root : root)));
        double x = d[first] - shift, z = e[first];
        int n = d.Length;
        for (int k = first; k < last; k++)
        {
            double length = double.Hypot(x, z), c = length == 0 ? 1 : x / length, s = length == 0 ? 0 : z / length;
            if (k > first) e[k - 1] = length;
            double top = c * d[k] + s * e[k], right = c * e[k] + s * d[k + 1], left = c * e[k] - s * d[k], bottom = c * d[k + 1] - s * e[k];
            (d[k], e[k], d[k + 1]) = (c * top + s * right, c * right - s * top, c * bottom - s * left);
            if (k + 1 < last) (x, z, e[k + 1]) = (e[k], s * e[k + 1], c * e[k + 1]);
            if (v.Length > 0) Doubles.Rotate(v.AsSpan(k * n, n), v.AsSpan((k + 1) * n, n), c, s);
        }
    }
}
