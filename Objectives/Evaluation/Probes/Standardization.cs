namespace NativeSsl;

/// <summary>Brings every feature to mean 0 and deviation 1, as measured on the rows it was made from; a constant feature becomes
/// 0.</summary>
/// <param name="mean">μ, <c>[width]</c>.</param>
/// <param name="scale">1 / σ, or 0, <c>[width]</c>.</param>
public sealed class Standardization(Tensor mean, Tensor scale)
{
    /// <summary>μ, <c>[width]</c>.</summary>
    public Tensor Mean => mean;
    /// <summary>1 / σ, or 0 for a constant feature, <c>[width]</c>.</summary>
    public Tensor Scale => scale;

    /// <summary>The mean and deviation of each feature over the rows.</summary>
    /// <param name="x"><c>[count, width]</c>.</param>
    public static Standardization Of(Tensor x)
    {
        using Step step = new(x.Backend);
        using Tape.NoGradientScope scope = Tape.NoGradient();
        Tensor mean = x.Mean(0);
        float[] means = mean.ToArray(), variances = (x - mean).Square().Mean(0).ToArray();
        // What rounding alone leaves of a constant is not to be blown up.
        float[] scales = [.. variances.Select((variance, i) => MathF.Sqrt(variance) > 1e-6f * MathF.Abs(means[i])
            ? 1f / MathF.Sqrt(variance) : 0f)];
        return new Standardization(mean.Keep(), Tensor.From(x.Backend, mean.Shape, scales).Keep());
    }

    /// <summary>(x − μ) / σ</summary>
    /// <param name="x"><c>[count, width]</c>.</param>
    public Tensor Apply(Tensor x)
    {
        using Tape.NoGradientScope scope = Tape.NoGradient();
        return (x - mean) * scale;
    }
}
