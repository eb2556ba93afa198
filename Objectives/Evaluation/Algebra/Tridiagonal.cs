namespace NativeSsl;

/// <summary>
/// Householder reflections bring a symmetric matrix to three diagonals, A = Vᵀ T V. Golub &amp; Van Loan 2013, “Matrix computations”,
/// algorithm 8.3.1.
/// </summary>
static class Tridiagonal
{
    /// <summary>Overwrites the matrix.</summary>
    /// <param name="a">A, symmetric, row by row; destroyed.</param>
    /// <param name="n">How many rows it has.</param>
    /// <param name="vectors">Whether V is wanted.</param>
    /// <returns>The diagonal of T, the one beside it (the last element is not used), and V, row by row; empty if not wanted.</returns>
    internal static (double[] Diagonal, double[] Beside, double[] Vectors) Of(double[] a, int n, bool vectors)
    {
        double[] diagonal = new double[n], beside = new double[n], p = new double[n];
        double[][] reflections = new double[Math.Max(0, n - 2)][];
        for (int k = 0; k < n - 2; k++)
        {
            Span<double> v = a.AsSpan(k * n + k + 1, n - k - 1);
            (double beta, beside[k]) = Reflect(v);
            reflections[k] = vectors ? [beta, .. v] : [];
            // A − v wᵀ − w vᵀ with p = β A v and w = p − (β pᵀv / 2) v
            Span<double> w = p.AsSpan(0, v.Length);
            for (int i = 0; i < w.Length; i++) w[i] = beta * Doubles.Dot(Row(a, n, k, i), v);
            Doubles.AddScaled(w, -beta / 2 * Doubles.Dot(w, v), v);
            for (int i = 0; i < w.Length; i++)
            {
                Doubles.AddScaled(Row(a, n, k, i), -v[i], w);
                Doubles.AddScaled(Row(a, n, k, i), -w[i], v);
            }
        }
        for (int k = 0; k < n; k++) diagonal[k] = a[k * n + k];
        if (n > 1) beside[n - 2] = a[(n - 2) * n + n - 1];
        return (diagonal, beside, vectors ? Multiplied(reflections, n) : []);
    }

    static Span<double> Row(double[] a, int n, int k, int i) => a.AsSpan((k + 1 + i) * n + k + 1, n - k - 1);

    // Algorithm 5.1.1, without its normalisation: H = I − β v vᵀ turns x into (r, 0, …, 0); v takes the place of x.
    static (double Beta, double R) Reflect(Span<double> x)
    {
        double length = Math.Sqrt(Doubles.Dot(x, x));
        if (length == 0) return (0, 0);
        double r = x[0] > 0 ? -length : length;              // the sign that does not cancel
        x[0] -= r;
        return (2 / Doubles.Dot(x, x), r);
    }

    // V = Hₙ₋₃ … H₁ H₀: the transpose of the product, which is gathered from the last reflection, where most of it is still zero.
    static double[] Multiplied(double[][] reflections, int n)
    {
        double[] q = new double[n * n], w = new double[n];
        for (int i = 0; i < n; i++) q[i * n + i] = 1;
        for (int k = reflections.Length - 1; k >= 0; k--)
        {
            double beta = reflections[k][0];
            ReadOnlySpan<double> v = reflections[k].AsSpan(1);
            Span<double> sum = w.AsSpan(0, v.Length);
            sum.Clear();
            for (int i = 0; i < v.Length; i++) Doubles.AddScaled(sum, v[i], Row(q, n, k, i));
            for (int i = 0; i < v.Length; i++) Doubles.AddScaled(Row(q, n, k, i), -beta * v[i], sum);
        }
        for (int i = 0; i < n; i++)
            for (int j = 0; j < i; j++) (q[i * n + j], q[j * n + i]) = (q[j * n + i], q[i * n + j]);
        return q;
    }
}
