namespace NativeSsl;

/// <summary>Where a minimisation ended.</summary>
/// <param name="Value">The smallest value found.</param>
/// <param name="Slope">The largest absolute element of the gradient there.</param>
/// <param name="Iterations">How many directions were followed.</param>
/// <param name="Evaluations">How often the function was asked.</param>
public readonly record struct Minimum(double Value, double Slope, int Iterations, int Evaluations);

/// <summary>
/// Finds the minimum of a smooth convex function by L-BFGS: Nocedal &amp; Wright 2006, “Numerical optimization”, algorithms 7.4 and 7.5,
/// with a search along each direction that looks for a slope near zero. Deterministic, in doubles.
/// </summary>
static class Minimizer
{
    const int Memory = 10, MostTrials = 20;
    const double Noise = 1e-6;                              // how far off a value may be, relatively, that was computed in single precision

    /// <summary>The function's value at x; writes its gradient there.</summary>
    internal delegate double Function(ReadOnlySpan<double> x, Span<double> gradient);

    /// <summary>Multiplies by an approximate inverse of the Hessian, in place.</summary>
    internal delegate void Preconditioner(Span<double> direction);

    /// <summary>Moves x to the minimum.</summary>
    /// <param name="function">Smooth and convex.</param>
    /// <param name="x">Where to begin; where it ended.</param>
    /// <param name="tolerance">Done when no element of the gradient is larger.</param>
    /// <param name="mostIterations">Done after so many directions.</param>
    /// <param name="inverse">An approximate inverse of the Hessian up to a factor, symmetric and positive; the identity if null.</param>
    internal static Minimum Minimize(Function function, double[] x, double tolerance, int mostIterations, Preconditioner? inverse = null)
    {
        double[] gradient = new double[x.Length], slopes = new double[x.Length];
        double[] direction = new double[x.Length], trial = new double[x.Length];
        var history = new List<(double[] S, double[] Y, double Rho)>(Memory);
        double value = function(x, gradient), scale = 0;
        int evaluations = 1;
        for (int iteration = 0; ; iteration++)
        {
            double largest = Largest(gradient);
            if (!(largest > tolerance) || iteration == mostIterations) return new(value, largest, iteration, evaluations);
            Direction(gradient, history, inverse, scale, direction);
            double downhill = Dot(gradient, direction);
            double step = scale > 0 ? 1 : 1 / Math.Sqrt(Dot(direction, direction));
            double low = 0, high = double.PositiveInfinity, found = double.NaN;
            for (int tries = 0; tries < MostTrials; tries++)
            {
                evaluations++;
                for (int i = 0; i < x.Length; i++) trial[i] = x[i] + step * direction[i];
                double there = function(trial, slopes), slope = Dot(slopes, direction);
                bool isLower = there <= value + Noise * Math.Abs(value);
                // Convex: the slope along the direction grows from negative to positive, and half of it gone is near enough to zero.
                if (isLower && Math.Abs(slope) <= 0.5 * Math.Abs(downhill)) { found = there; break; }
                if (isLower && slope < 0) low = step; else high = step;
                step = double.IsInfinity(high) ? 4 * step : 0.5 * (low + high);
            }
            if (double.IsNaN(found)) return new(value, largest, iteration, evaluations);     // rounding hides what is left to gain
            scale = Remember(history, x, trial, gradient, slopes, inverse);
            trial.CopyTo(x, 0);
            (gradient, slopes, value) = (slopes, gradient, found);
        }
    }

    // Algorithm 7.4, with the preconditioner as the initial matrix: −H g.
    static void Direction(double[] gradient, List<(double[] S, double[] Y, double Rho)> history, Preconditioner? inverse,
        double scale, double[] q)
    {
        for (int i = 0; i < q.Length; i++) q[i] = -gradient[i];
        double[] alpha = new double[history.Count];
        for (int k = history.Count - 1; k >= 0; k--)
        {
            alpha[k] = history[k].Rho * Dot(history[k].S, q);
            AddScaled(q, -alpha[k], history[k].Y);
        }
        inverse?.Invoke(q);
        if (scale > 0) for (int i = 0; i < q.Length; i++) q[i] *= scale;
        for (int k = 0; k < history.Count; k++)
            AddScaled(q, alpha[k] - history[k].Rho * Dot(history[k].Y, q), history[k].S);
    }

    // Returns γ = sᵀy / yᵀH₀y, equation 7.20.
    static double Remember(List<(double[] S, double[] Y, double Rho)> history, double[] x, double[] next, double[] gradient,
        double[] slopes, Preconditioner? inverse)
    {
        double[] s = new double[x.Length], y = new double[x.Length];
        for (int i = 0; i < s.Length; i++) (s[i], y[i]) = (next[i] - x[i], slopes[i] - gradient[i]);
        if (history.Count == Memory) history.RemoveAt(0);
        double curvature = Dot(s, y);
        history.Add((s, y, 1 / curvature));
        double[] scaled = [.. y];
        inverse?.Invoke(scaled);
        return curvature / Dot(y, scaled);
    }

    static double Largest(double[] x)
    {
        double largest = 0;
        foreach (double value in x) largest = Math.Max(largest, Math.Abs(value));
        return largest;
    }

    static double Dot(double[] a, double[] b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++) sum += a[i] * b[i];
        return sum;
    }

    static void AddScaled(double[] target, double factor, double[] x)
    {
        for (int i = 0; i < target.Length; i++) target[i] += factor * x[i];
    }
}
