namespace NativeSsl;

/// <summary>
/// One row of features for a whole text, from its first token: tanh(W x₀ + b). Devlin et al. 2019, “BERT”, section 3; what next-sentence prediction
/// and SimCSE (Gao, Yao &amp; Chen 2021, section 6.3) train.
/// </summary>
/// <param name="init">Draws the weights.</param>
/// <param name="features">Features of a token, and of the text.</param>
public sealed class Pooler(Init init, int features) : Module
{
    readonly Linear _dense = new(init.Truncated(), features, features, deviation: 0.02f);

    /// <inheritdoc/>
    public override IReadOnlyList<Part> Parts => [new("dense", _dense)];

    /// <summary><c>[batch, time, features]</c> to <c>[batch, features]</c>.</summary>
    public Tensor Forward(Tensor x) => _dense.Forward(x.Slice(1, 0, 1).Reshape([x.Shape[0], x.Shape[2]])).Tanh();
}
