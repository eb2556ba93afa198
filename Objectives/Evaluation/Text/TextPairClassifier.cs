namespace NativeSsl;

/// <summary>
/// An encoder that reads two texts in one sample, and what compares them: the means u and v of the features of either text's tokens, marks included, then |u − v| and u ∘ v beside them; dropout; a linear layer. Conneau,
/// Kiela, Schwenk, Barrault &amp; Bordes 2017, “Supervised learning of universal sentence representations from natural language inference data”, section 3.1 and figure 1 (Reimers &amp; Gurevych 2019,
/// “Sentence-BERT”, section 3, without the product), where the texts are read apart. What differs need then not be found by attention, which few examples do not teach.
/// </summary>
public sealed class TextPairClassifier : SequenceClassifier
{
    const int Views = 4;

    readonly bool _segments;
    readonly float _dropout;

    /// <param name="encoder">Pretrained, or random for the control from scratch.</param>
    /// <param name="classes">How many classes there are.</param>
    /// <param name="init">Draws what is new.</param>
    /// <param name="segments">Whether the encoder is told which text a token belongs to: yes for BERT; one that was pretrained on single texts, as RoBERTa, is not.</param>
    /// <param name="dropout">The share of a pair's features set to zero in training.</param>
    /// <exception cref="NativeSslException">There are fewer than two classes.</exception>
    public TextPairClassifier(TextEncoder encoder, int classes, Init init, bool segments = true, float dropout = 0.1f)
    {
        (Encoder, _segments, _dropout) = (encoder, segments, dropout);
        Head = new Linear(init.Truncated(), Views * encoder.Width, CheckedClasses("TextPairClassifier", classes), deviation: 0.02f);
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
    public override IReadOnlyList<Part> Parts => [new("encoder", Encoder), new("head", Head)];

    /// <inheritdoc/>
    /// <exception cref="NativeSslException">A sample has no second text, or an auxiliary loss is asked for.</exception>
    public override (Tensor Logits, Tensor? Auxiliary) Read(Indices tokens, Indices? segments, Indices lengths, bool auxiliary)
    {
        if (auxiliary) throw new NativeSslException("TextPairClassifier: an encoder sees the words that it would have to guess; there is no auxiliary loss. Set AuxiliaryWeight to 0.");
        Tensor x = Encoder.Features(tokens, _segments ? segments : null, lengths), means = Shares(x, segments, lengths).MatMul(x);
        Tensor u = Half(means, 0), v = Half(means, 1), apart = u - v;
        Tensor features = Tensor.Concat([u, v, apart.Relu() + (-apart).Relu(), u * v], 1);
        return (Head.Forward(_dropout > 0f ? features.Dropout(_dropout) : features), null);
    }

    static Tensor Half(Tensor means, int text) => means.Slice(1, text, 1).Reshape([means.Shape[0], means.Shape[2]]);

    // [batch, 2, time]: of each text's tokens an equal share, of others none.
    static Tensor Shares(Tensor x, Indices? segments, Indices lengths)
    {
        (int batch, int time) = (x.Shape[0], x.Shape[1]);
        if (segments is null || segments.Shape != Shape.Of(batch, time)) throw new ShapeException($"TextPairClassifier: segments have shape {segments?.Shape.ToString() ?? "none"}; [{batch}, {time}] are needed to tell two texts apart.");
        segments.CheckWithin("TextPairClassifier", 2);
        lengths.CheckWithin("TextPairClassifier", time + 1);
        ReadOnlySpan<int> text = segments.Values.Span, length = lengths.Values.Span;
        float[] shares = new float[batch * 2 * time];
        for (int i = 0; i < batch; i++)
        {
            ReadOnlySpan<int> own = text.Slice(i * time, length[i]);
            int second = own.Count(1), first = length[i] - second;
            if (first == 0 || second == 0)
                throw new NativeSslException($"TextPairClassifier: sample {i} of the batch has {first} tokens of a first text and {second} of a second; it classifies pairs. Give texts seconds, and a TextFrame that HasSegments.");
            for (int t = 0; t < own.Length; t++) shares[(i * 2 + own[t]) * time + t] = 1f / (own[t] == 0 ? first : second);
        }
        return Tensor.From(x.Backend, [batch, 2, time], shares);
    }
}
