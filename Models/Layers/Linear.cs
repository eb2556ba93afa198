namespace NativeSsl;

/// <summary>y = x Wᵀ + b: <c>[..., in]</c> to <c>[..., out]</c>.</summary>
/// <param name="weight">W, <c>[out, in]</c>.</param>
/// <param name="bias">b, <c>[out]</c>, or none.</param>
public sealed class Linear(Tensor weight, Tensor? bias) : Module
{
    /// <summary>W, <c>[out, in]</c>.</summary>
    public Tensor Weight => weight;
    /// <summary>b, <c>[out]</c>, or none.</summary>
    public Tensor? Bias => bias;

    /// <summary>Weights drawn as <see cref="Init.KaimingUniform"/>, or normal if a deviation is given; the bias begins at zero.</summary>
    public Linear(Init init, int inputs, int outputs, bool bias = true, float? deviation = null)
        : this(deviation is { } d ? init.Normal([outputs, inputs], d) : init.KaimingUniform([outputs, inputs]), bias ? init.Zeros([outputs]) : null) { }

    /// <inheritdoc/>
    public override IReadOnlyList<Part> Parts => [new("weight", weight), new("bias", bias)];

    /// <summary>x Wᵀ + b, with an activation and a residual added in the same pass if given.</summary>
    /// <param name="x"><c>[..., in]</c></param>
    /// <param name="activation">Of the sums.</param>
    /// <param name="residual"><c>[..., out]</c></param>
    /// <param name="format">How the result is stored.</param>
    public Tensor Forward(Tensor x, Activation activation = Activation.None, Tensor? residual = null, Format format = Format.Float32) => x.Linear(weight, bias, activation, residual, format);
}
