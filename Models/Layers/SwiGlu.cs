namespace NativeSsl;

/// <summary>
/// W₂ (silu(W x) ⊙ V x), at every position alike: one projection opens and closes the features of the other. <c>[..., features]</c> to the same. Shazeer
/// 2020, “GLU variants improve transformer”, equation 6, where silu is called Swish₁; without biases, as there.
/// </summary>
/// <param name="init">Draws the weights.</param>
/// <param name="features">Features of a position.</param>
/// <param name="hidden">Features in between; two thirds of what a feed-forward part without a gate has, to cost as much.</param>
/// <param name="deviation">Of the first weights.</param>
/// <param name="outputDeviation">Of the first weights of W₂, which adds to the residual stream; as the others if null.</param>
public sealed class SwiGlu(Init init, int features, int hidden, float deviation = 0.02f, float? outputDeviation = null) : Module
{
    readonly Linear _gate = new(init, features, hidden, bias: false, deviation), _expand = new(init, features, hidden, bias: false, deviation),
        _contract = new(init, hidden, features, bias: false, outputDeviation ?? deviation);

    /// <inheritdoc/>
    public override IReadOnlyList<Part> Parts => [new("gate", _gate), new("expand", _expand), new("contract", _contract)];

    /// <summary>The same shape.</summary>
    /// <param name="x"><c>[..., features]</c></param>
    /// <param name="residual">Added to the result in the same pass, if given.</param>
    public Tensor Forward(Tensor x, Tensor? residual = null)
    {
        Format format = x.Backend.ActivationFormat;
        return _contract.Forward(_expand.Forward(x, format: format).Gated(_gate.Forward(x, format: format), Activation.Silu), residual: residual);
    }
}
