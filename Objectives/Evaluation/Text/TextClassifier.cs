namespace NativeSsl;

/// <summary>
/// An encoder and what makes classes of its features: the first token through a <see cref="Pooler"/>, or the mean of all tokens; dropout; a linear layer.
/// Devlin et al. 2019, “BERT”, section 4.1 and the published code (<c>run_classifier.py</c>).
/// </summary>
public sealed class TextClassifier : SequenceClassifier
{
    readonly Pooler? _pooler;
    readonly TextPooling _pooling;
    readonly float _dropout;

    /// <param name="encoder">Pretrained, or random for the control from scratch.</param>
    /// <param name="classes">How many classes there are.</param>
    /// <param name="init">Draws what is new.</param>
    /// <param name="pooling">How features of tokens become those of a text.</param>
    /// <param name="pooler">A pooler that was pretrained; a new one if null. For the first token only.</param>
    /// <param name="dropout">The share of a text's features set to zero in training.</param>
    /// <exception cref="NativeSslException">A pooler is given that would not be used, or there are fewer than two classes.</exception>
    public TextClassifier(TextEncoder encoder, int classes, Init init, TextPooling pooling = TextPooling.FirstToken,
        Pooler? pooler = null, float dropout = 0.1f)
    {
        if (pooling != TextPooling.FirstToken && pooler is not null)
            throw new NativeSslException($"TextClassifier: a pooler reads the first token, but pooling is {pooling}; leave it out, or pool by FirstToken.");
        (Encoder, _pooling, _dropout) = (encoder, pooling, dropout);
        _pooler = pooling == TextPooling.FirstToken ? pooler ?? new Pooler(init, encoder.Width) : null;
        Head = new Linear(init.Truncated(), encoder.Width, CheckedClasses("TextClassifier", classes), deviation: 0.02f);
    }

    /// <summary>The encoder.</summary>
    public TextEncoder Encoder { get; }
    /// <inheritdoc/>
    public override Module Body => Encoder;
    /// <inheritdoc/>
    public override Linear Head { get; }
    /// <inheritdoc/>
    public override int Context => Encoder.Context;
    /// <inheritdoc/>
    public override IBackend Backend => Encoder.Backend;

    /// <inheritdoc/>
    public override IReadOnlyList<Part> Parts => [new("encoder", Encoder), new("pooler", _pooler), new("head", Head)];

    /// <inheritdoc/>
    public override (Tensor Logits, Tensor? Auxiliary) Read(Indices tokens, Indices? segments, Indices lengths, bool auxiliary)
    {
        if (auxiliary) throw new NativeSslException("TextClassifier: an encoder sees the words that it would have to guess; there is no auxiliary loss. Set AuxiliaryWeight to 0.");
        Tensor x = _pooler?.Forward(Encoder.Features(tokens, segments, lengths)) ?? _pooling.Read(Encoder, tokens, segments, lengths);
        return (Head.Forward(_dropout > 0f ? x.Dropout(_dropout) : x), null);
    }
}
