namespace NativeSsl;

/// <summary>Every row with a root mean square of one, then stretched: <c>[..., features]</c>. Zhang &amp; Sennrich 2019, equation 4.</summary>
/// <param name="gamma">The stretch, <c>[features]</c>.</param>
/// <param name="epsilon">Added to the mean of squares.</param>
public sealed class RmsNorm(Tensor gamma, float epsilon = 1e-6f) : Module
{
    /// <summary>A stretch of one.</summary>
    public RmsNorm(Init init, int features, float epsilon = 1e-6f) : this(init.Ones([features]), epsilon) { }

    /// <inheritdoc/>
    public override IReadOnlyList<Part> Parts => [new("weight", gamma)];

    /// <summary>The normalised rows, of the same shape.</summary>
    /// <param name="x"><c>[..., features]</c></param>
    /// <param name="format">How they are stored.</param>
    public Tensor Forward(Tensor x, Format format = Format.Float32) => x.RmsNorm(gamma, epsilon, format);
}
