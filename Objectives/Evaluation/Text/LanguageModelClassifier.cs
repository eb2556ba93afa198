namespace NativeSsl;

/// <summary>
/// A language model and what makes classes of its last state: a linear layer reads the features of each text's last token, which the model has made of all tokens before it. Radford, Narasimhan,
/// Salimans &amp; Sutskever 2018, “Improving language understanding by generative pre-training”, section 3.2; dropout, the bias and the first weights as in the published code
/// (openai/finetune-transformer-lm, <c>train.py</c>: 0.1, zero, a deviation of 0.02). The last token should be the same for all texts, so that it learns to extract:
/// <see cref="TextFrame.Separator"/> is. It is put behind what is left of a text that was too long. Between the two texts of a pair stands the same token, where the paper has a further one.
/// </summary>
public sealed class LanguageModelClassifier : SequenceClassifier
{
    readonly float _dropout;

    /// <param name="model">Pretrained, or random for the control from scratch.</param>
    /// <param name="classes">How many classes there are.</param>
    /// <param name="init">Draws what is new.</param>
    /// <param name="dropout">The share of a text's features set to zero in training.</param>
    /// <exception cref="NativeSslException">There are fewer than two classes.</exception>
    public LanguageModelClassifier(LanguageModel model, int classes, Init init, float dropout = 0.1f)
    {
        (Model, _dropout) = (model, dropout);
        Head = new Linear(init, model.Head.Shape[1], CheckedClasses("LanguageModelClassifier", classes), deviation: 0.02f);
    }

    /// <summary>The language model.</summary>
    public LanguageModel Model { get; }
    /// <inheritdoc/>
    public override Module Body => Model;
    /// <inheritdoc/>
    public override Linear Head { get; }
    /// <inheritdoc/>
    public override int Context => Model.Context;
    /// <inheritdoc/>
    public override IBackend Backend => Model.Backend;

    /// <inheritdoc/>
    public override IReadOnlyList<Part> Parts => [new("model", Model), new("head", Head)];

    // (3) P(y | x¹ … xᵐ) = softmax(hᵐ Wy),   (4) L2 = Σ ln P(y | x¹ … xᵐ),   (5) L3 = L2 + λ L1.
    // No row before the padding sees it, as none sees what comes later: it needs no mask, only to be left out.
    /// <inheritdoc/>
    /// <remarks>A language model knows no segments; what is given for them is not looked at. The auxiliary loss is the mean over all tokens of the batch that have one before them, where the
    /// published code takes the mean of each text first.</remarks>
    public override (Tensor Logits, Tensor? Auxiliary) Read(Indices tokens, Indices? segments, Indices lengths, bool auxiliary)
    {
        Tensor h = Model.Features(tokens);
        (int batch, int time, int width) = (h.Shape[0], h.Shape[1], h.Shape[2]);
        ReadOnlySpan<int> m = lengths.Values.Span;
        if (m.Length != batch || m.ContainsAnyExceptInRange(1, time))
            throw new ShapeException($"LanguageModelClassifier: tokens have shape {tokens.Shape} and lengths {lengths.Shape}; there must be one for each text, from 1 to {time}.");
        int[] last = new int[batch];
        for (int i = 0; i < batch; i++) last[i] = i * time + m[i] - 1;
        Tensor x = h.Reshape([batch * time, width]).Gather(Indices.From(Backend, [batch], last));
        return (Head.Forward(_dropout > 0f ? x.Dropout(_dropout) : x), auxiliary ? NextToken.Loss(h, Model.Head, Next(tokens, m)) : null);
    }

    // The token after each, within its text.
    static Indices Next(Indices tokens, ReadOnlySpan<int> m)
    {
        int time = tokens.Shape[1];
        int[] next = new int[tokens.Values.Length];
        next.AsSpan().Fill(NextToken.NoTarget);
        for (int i = 0; i < m.Length; i++) tokens.Values.Span.Slice(i * time + 1, m[i] - 1).CopyTo(next.AsSpan(i * time));
        return Indices.From(tokens.Backend, tokens.Shape, next);
    }
}
