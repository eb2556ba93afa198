using System.Runtime.CompilerServices;

namespace NativeSsl;

// x̂ = (x − μ) / √(σ² + ε),  y = f(γ ⊙ x̂ + β + residual)      μ, σ² of each feature
// g = f′ dy;   dγ = Σ g ⊙ x̂,  dβ = Σ g over the n rows;   dx = γ r (g − dβ / n − x̂ dγ / n),  r = 1 / √(σ² + ε);   dx = γ r g if μ, σ² are
// fixed Ioffe & Szegedy 2015, “Batch normalization”, algorithm 1 and section 3
//
// A float μ of 10,000 is off by 5·10⁻⁴, so what is left of the mean is kept as well. For each feature the statistics hold
// (μ, r, s, a, b):  x̂ = (x − μ) r + s  and  γ x̂ + β = (x − μ) a + b.

public partial interface IBackend
{
    /// <summary>
    /// Statistics of x over all axes but the last; the running ones, if given, move towards them by <paramref name="momentum"/>, with the
    /// variance that divides by n − 1. Shapes: x <c>[..., features]</c>, statistics <c>[5, features]</c>, the others <c>[features]</c>.
    /// </summary>
    void BatchStatistics(
        Tensor x, Tensor? gamma, Tensor? beta, float epsilon, float momentum, Tensor? runningMean, Tensor? runningVariance,
        Tensor statistics);
    /// <summary>The same five numbers of each feature from the running mean and variance. Shapes as in
    /// <see cref="BatchStatistics"/>.</summary>
    void RunningStatistics(
        Tensor runningMean, Tensor runningVariance, Tensor? gamma, Tensor? beta, float epsilon, Tensor statistics);
    /// <summary>y ← γ ⊙ x̂ + β + residual, or the larger of that and zero, in one pass. Shapes: x, residual, y
    /// <c>[..., features]</c>.</summary>
    void BatchNorm(Tensor x, Tensor statistics, bool relu, Tensor? residual, Tensor y);
    /// <summary>
    /// dγ and dβ, and g = f′ dy if somebody wants it. Where Relu was open is told from <paramref name="y"/>, or, if there was no residual,
    /// from x without reading y. Shapes as in <see cref="BatchNorm"/>; dgamma and dbeta <c>[features]</c>.
    /// </summary>
    void BatchNormSums(Tensor x, Tensor statistics, bool relu, Tensor? y, Tensor dy, Tensor? g, Tensor dgamma, Tensor dbeta);
    /// <summary>dx from dy and the two sums; without them, as if the statistics were constants. Shapes as in
    /// <see cref="BatchNormSums"/>.</summary>
    void BatchNormSlope(Tensor x, Tensor statistics, bool relu, Tensor? y, Tensor dy, Tensor? dgamma, Tensor? dbeta, Tensor dx);
}

/// <summary>The five numbers of a feature, for every device.</summary>
public static class BatchNormFormula
{
    /// <summary>How many numbers there are.</summary>
    public const int Count = 5;

    /// <summary>γ x̂ + β.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Affine<T>(T x, T mean, T scale, T offset) where T : struct, ILane<T> => T.MultiplyAdd(x - mean, scale, offset);
}

public sealed partial class CpuBackend
{
    /// <inheritdoc/>
    public unsafe void RunningStatistics(
        Tensor runningMean, Tensor runningVariance, Tensor? gamma, Tensor? beta, float epsilon, Tensor statistics)
    {
        var numbers = new BatchNormNumbers(Floats(statistics), statistics.Shape[1]);
        float* means = Floats(runningMean), variances = Floats(runningVariance);
        float* scales = gamma is null ? null : Floats(gamma), shifts = beta is null ? null : Floats(beta);
        for (int i = 0; i < numbers.Width; i++) numbers.Set(i, means[i], variances[i], epsilon, scales, shifts);
    }

    /// <inheritdoc/>
    public unsafe void BatchNorm(Tensor x, Tensor statistics, bool relu, Tensor? residual, Tensor y)
    {
        var units = new BatchUnits(x.Shape.Rows, x.Shape[-1]);
        Run(new BatchNormRows(Floats(x), new BatchNormNumbers(Floats(statistics), units.Width), relu,
            residual is null ? null : Floats(residual), Floats(y), units), units.Pieces);
    }

    /// <summary>Where the five numbers of each feature lie.</summary>
    readonly unsafe struct BatchNormNumbers(float* statistics, int width)
    {
        internal int Width => width;
        internal float* Mean => statistics;
        internal float* Reciprocal => statistics + width;
        internal float* Shift => statistics + 2L * width;
        internal float* Scale => statistics + 3L * width;
        internal float* Offset => statistics + 4L * width;

        internal void Set(int i, double mean, double variance, float epsilon, float* gamma, float* beta)
        {
            float mu = (float)mean;
            double r = 1 / Math.Sqrt(variance + epsilon), s = (mu - mean) * r, g = gamma == null ? 1 : gamma[i];
            (Mean[i], Reciprocal[i], Shift[i]) = (mu, (float)r, (float)s);
            (Scale[i], Offset[i]) = ((float)(g * r), (float)(g * s + (beta == null ? 0 : beta[i])));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal T Affine<T>(T x, int i) where T : struct, IWide<T> =>
            BatchNormFormula.Affine(x, T.Load(Mean + i), T.Load(Scale + i), T.Load(Offset + i));
    }

    readonly unsafe struct BatchNormRows(float* x, BatchNormNumbers numbers, bool relu, float* residual, float* y, BatchUnits units)
        : IKernel
    {
        [MethodImpl(Compile.Loop)]
        public void Part<T>(int piece) where T : struct, IWide<T>
        {
            int width = units.Width;
            long place = (long)piece * units.RowsPerUnit * width;
            T lowest = T.Of(relu ? 0f : float.NegativeInfinity);            // first in Max, so that a NaN passes
            for (int row = units.RowsOf(piece); row > 0; row--, place += width)
                for (int i = 0; i < width; i += Lanes.Count)
                {
                    T h = numbers.Affine(T.Load(x + place + i), i);
                    if (residual != null) h += T.Load(residual + place + i);
                    Put(T.Max(lowest, h), y + place + i, width - i);
                }
        }
    }
}
