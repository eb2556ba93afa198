namespace NativeSsl;

/// <summary>
/// From a token's features to the odds of every word: dense, GELU, layer norm, then the table of tokens with a bias of its own. The head of BERT's
/// published code (google-research/bert, <c>get_masked_lm_output</c>).
/// </summary>
/// <param name="init">Draws the weights.</param>
/// <param name="features">Features of a token.</param>
/// <param name="vocabulary">How many words there are.</param>
/// <param name="epsilon">Added to the variance in the layer norm.</param>
public sealed class MaskedHead(Init init, int features, int vocabulary, float epsilon = 1e-12f) : Module
{
    readonly Linear _dense = new(init.Truncated(), features, features, deviation: 0.02f);
    readonly LayerNorm _norm = new(init, features, epsilon: epsilon);
    readonly Tensor _bias = init.Zeros([vocabulary]);

    /// <inheritdoc/>
    public override IReadOnlyList<Part> Parts => [new("dense", _dense), new("norm", _norm), new("bias", _bias)];

    /// <summary>Added to the odds, <c>[vocabulary]</c>.</summary>
    public Tensor Bias => _bias;

    /// <summary>
    /// The bias before any training is ln of how frequent words are, instead of zero: a network that knows nothing guesses them by that, and its features need not learn it first (as Lin, Goyal, Girshick, He
    /// &amp; Dollár 2017, “Focal loss for dense object detection”, section 4.1, begin with a prior).
    /// </summary>
    /// <param name="logProbabilities">ln p of every word, <c>[vocabulary]</c>.</param>
    /// <exception cref="ShapeException">There are more or fewer of them than words.</exception>
    public void BeginWith(ReadOnlySpan<double> logProbabilities)
    {
        if (logProbabilities.Length != _bias.Shape[0])
            throw new ShapeException($"MaskedHead: {logProbabilities.Length} logarithms were given for a bias of shape {_bias.Shape}.");
        float[] values = new float[logProbabilities.Length];
        for (int word = 0; word < values.Length; word++) values[word] = (float)logProbabilities[word];
        _bias.Storage.CopyFrom(values);
    }

    /// <summary>What is multiplied with the table: <c>[..., features]</c> to the same.</summary>
    public Tensor Forward(Tensor x) => _norm.Forward(_dense.Forward(x, Activation.GeluErf));

    /// <summary>The odds of every word up to a constant of the token, as logarithms: <c>[..., features]</c> to <c>[..., vocabulary]</c>.</summary>
    /// <param name="x">Features of tokens.</param>
    /// <param name="table">The table of tokens, <c>[vocabulary, features]</c>.</param>
    public Tensor Logits(Tensor x, Tensor table) => Forward(x).Linear(table, _bias);
}
