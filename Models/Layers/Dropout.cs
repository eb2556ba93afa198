namespace NativeSsl;

/// <summary>
/// In training, sets a share of the features to zero and stretches the others to keep the mean. Srivastava et al. 2014, “Dropout: a simple way to prevent
/// neural networks from overfitting”, section 4.
/// </summary>
/// <param name="rate">The share, 0 up to 1.</param>
public sealed class Dropout(float rate) : Module
{
    /// <inheritdoc/>
    public override IReadOnlyList<Part> Parts => [];

    /// <summary>The same shape.</summary>
    public Tensor Forward(Tensor x) => rate == 0f ? x : x.Dropout(rate);
}
