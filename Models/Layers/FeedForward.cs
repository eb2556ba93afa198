namespace NativeSsl;

/// <summary>W₂ φ(W₁ x), at every position alike: <c>[..., features]</c> to the same. Vaswani et al. 2017, equation 2, with the activation of choice.</summary>
/// <param name="init">Draws the weights.</param>
/// <param name="features">Features of a position.</param>
/// <param name="hidden">Features in between, often four times as many.</param>
/// <param name="activation">φ.</param>
/// <param name="bias">Whether the projections have a bias.</param>
/// <param name="deviation">Of the first weights.</param>
/// <param name="outputDeviation">Of the first weights of W₂, which adds to the residual stream; as the others if null.</param>
public sealed class FeedForward(Init init, int features, int hidden, Activation activation, bool bias = true, float deviation = 0.02f, float? outputDeviation = null)
    : Module
{
    readonly Linear _expand = new(init, features, hidden, bias, deviation), _contract = new(init, hidden, features, bias, outputDeviation ?? deviation);

    /// <inheritdoc/>
    public override IReadOnlyList<Part> Parts => [new("expand", _expand), new("contract", _contract)];

    /// <summary>The same shape.</summary>
    /// <param name="x"><c>[..., features]</c></param>
    /// <param name="residual">Added to the result in the same pass, if given.</param>
    public Tensor Forward(Tensor x, Tensor? residual = null)
    {
        Tensor hidden = _expand.Forward(x, activation, format: x.Backend.ActivationFormat), y = _contract.Forward(hidden, residual: residual);
        hidden.Forget();                                    // the widest of all activations; what φ saw is kept
        return y;
    }
}
