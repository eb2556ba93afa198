namespace NativeSsl;

/// <summary>Every row with mean 0 and variance 1, then stretched and shifted: <c>[..., features]</c>. Ba, Kiros &amp; Hinton 2016, equation 4.</summary>
/// <param name="gamma">The stretch, <c>[features]</c>.</param>
/// <param name="beta">The shift, <c>[features]</c>, or none.</param>
/// <param name="epsilon">Added to the variance.</param>
public sealed class LayerNorm(Tensor gamma, Tensor? beta, float epsilon = 1e-5f) : Module
{
    /// <summary>A stretch of one and, if there is a bias, a shift of zero.</summary>
    public LayerNorm(Init init, int features, bool bias = true, float epsilon = 1e-5f)
        : this(init.Ones([features]), bias ? init.Zeros([features]) : null, epsilon) { }

    /// <inheritdoc/>
    public override IReadOnlyList<Part> Parts => [new("weight", gamma), new("bias", beta)];

    /// <summary>The normalised rows, of the same shape.</summary>
    /// <param name="x"><c>[..., features]</c></param>
    /// <param name="format">How they are stored.</param>
    public Tensor Forward(Tensor x, Format format = Format.Float32) => x.LayerNorm(gamma, beta, epsilon, format);
}
