namespace NativeSsl;

/// <summary>
/// The feed-forward part of T5, without biases, at every position alike: W₂ relu(W₁ x) in version 1.0 (Raffel et al. 2020, section 2.1), or, gated,
/// W₂ (gelu(V x) ∘ W₁ x) in version 1.1 (Shazeer 2020, “GLU variants improve transformer”, equation 6). Dropout comes before W₂.
/// </summary>
/// <param name="init">Draws the weights: normal, with variances of 1 / features and 1 / hidden.</param>
/// <param name="features">Features of a position.</param>
/// <param name="hidden">Features in between.</param>
/// <param name="gated">Whether it is the gated one.</param>
/// <param name="dropout">The share of features in between set to zero in training.</param>
public sealed class T5FeedForward(Init init, int features, int hidden, bool gated, float dropout) : Module
{
    readonly Linear? _gate = gated ? new(init, features, hidden, bias: false, 1f / MathF.Sqrt(features)) : null;
    readonly Linear _expand = new(init, features, hidden, bias: false, 1f / MathF.Sqrt(features));
    readonly Linear _contract = new(init, hidden, features, bias: false, 1f / MathF.Sqrt(hidden));

    /// <inheritdoc/>
    public override IReadOnlyList<Part> Parts => [new("gate", _gate), new("expand", _expand), new("contract", _contract)];

    /// <summary>The same shape.</summary>
    /// <param name="x"><c>[..., features]</c></param>
    /// <param name="residual">Added to the result in the same pass, if given.</param>
    public Tensor Forward(Tensor x, Tensor? residual = null)
    {
        Format format = x.Backend.ActivationFormat;
        Tensor h = _expand.Forward(x, _gate is null ? Activation.Relu : Activation.None, format: format);
        if (_gate is not null) h = h.Gated(_gate.Forward(x, format: format), Activation.Gelu);
        return _contract.Forward(h.Dropout(dropout), residual: residual);
    }
}
