namespace NativeSsl;

/// <summary>
/// A sentence read twice, with other activations dropped each time, attracts itself, and all other sentences of the batch repel. Gao, Yao &amp; Chen 2021, “SimCSE: simple contrastive
/// learning of sentence embeddings”, equation 4; equation 5 where people have said what means the same. The encoder has to be one that was pretrained.
/// </summary>
public sealed class SimCse : Objective
{
    readonly TextEncoder _encoder;
    readonly Linear _head;
    readonly SimCseOptions _options;
    (string, Tensor)[] _embeddings = [];
    int _others;

    /// <param name="encoder">What is kept: pretrained, and with dropout, which is all that tells the two readings apart.</param>
    /// <param name="init">Draws the weights of the layer that is thrown away.</param>
    /// <param name="options">Temperature, pooling.</param>
    /// <exception cref="NativeSslException">The temperature is not above zero.</exception>
    public SimCse(TextEncoder encoder, Init init, SimCseOptions? options = null)
    {
        (_encoder, _options) = (encoder, options ?? new SimCseOptions());
        if (!(_options.Temperature > 0f))
            throw new NativeSslException(FormattableString.Invariant($"SimCse: the temperature is {_options.Temperature}; it must be above 0, and 0.05 is usual."));
        _head = new Linear(init.Truncated(), encoder.Width, encoder.Width, deviation: 0.02f);
    }

    /// <summary>What is kept.</summary>
    public TextEncoder Encoder => _encoder;

    /// <inheritdoc/>
    public override IReadOnlyList<Part> Parts => [new("encoder", _encoder), new("head", _head)];

    /// <summary>The loss of equation 4, if a sample is one sentence, and of equation 5 if it is two (what means the same) or three (and what does not).</summary>
    /// <param name="views">As <see cref="SentenceViews"/> has them.</param>
    /// <exception cref="ShapeException">A sample is of none or of more than three sentences, or there is one sample only, which nothing repels.</exception>
    public override Tensor Loss(Views views)
    {
        int sentences = views.Indices.Count / SentenceViews.PerSentence, n = sentences > 0 ? views.Indices[0].Shape[0] : 0;
        if (sentences is < 1 or > 3 || n < 2)
            throw new ShapeException($"SimCse: {n} samples of {sentences} sentences; at least two samples of one, two or three are needed.");
        Tensor[] h = sentences > 1 ? [.. Enumerable.Range(0, sentences).Select(sentence => Rows(views, sentence))]
            : _options.SameDropout ? [Rows(views, 0)] : TwoReadings(views);
        Tensor[] z = [.. h.Select(rows => _head.Forward(rows).Tanh())];
        if (z.Length == 1) z = [z[0], z[0]];
        _embeddings = [("features", Tensor.Concat(h, 0)), ("projections", Tensor.Concat(z, 0))];
        _others = (z.Length - 1) * n;
        return InBatch(z[0], Tensor.Concat(z[1..], 0), _options.Temperature);
    }

    // The same tokens twice in one batch: every place of it has a mask of its own, so the two readings have different ones.
    Tensor[] TwoReadings(Views views)
    {
        static Indices Twice(Indices x) => x.Derive(x.Shape.With(0, 2 * x.Shape[0]), values => [.. values.Span, .. values.Span]);
        Tensor both = Rows(views with { Indices = [.. views.Indices.Select(Twice)] }, 0);
        int n = both.Shape[0] / 2;
        return [both.Slice(0, 0, n), both.Slice(0, n, n)];
    }

    Tensor Rows(Views views, int sentence)
    {
        int at = sentence * SentenceViews.PerSentence;
        return Rows(views.Indices[at], views.Indices[at + 1], views.Indices[at + 2]);
    }

    /// <summary>h, what is kept of sentences: <c>[batch, width]</c>. The layer that the loss looks through is left out, as in the paper's evaluation.</summary>
    /// <param name="tokens"><c>[batch, time]</c></param>
    /// <param name="segments"><c>[batch, time]</c></param>
    /// <param name="lengths"><c>[batch]</c></param>
    public Tensor Rows(Indices tokens, Indices segments, Indices lengths) => _options.Pooling.Read(_encoder, tokens, segments, lengths);

    // ℓᵢ = −ln ( exp(cos(zᵢ, zᵢ⁺) / τ) / Σⱼ exp(cos(zᵢ, zⱼ⁺) / τ) + exp(cos(zᵢ, zⱼ⁻) / τ) ),   L = 1/N Σᵢ ℓᵢ
    /// <summary>Each row is to tell its partner from all others of the batch.</summary>
    /// <param name="z">N rows, <c>[N, d]</c>, of any length.</param>
    /// <param name="others">Their partners in the same order, and behind them, if there are any, what they must not be taken for: <c>[N, d]</c> or <c>[2N, d]</c>.</param>
    /// <param name="temperature">τ.</param>
    /// <returns>A scalar; the logarithm of the number of others if all rows are equal.</returns>
    public static Tensor InBatch(Tensor z, Tensor others, float temperature) =>
        (z.Normalize().MatMul(others.Normalize(), transposeB: true) / temperature)
            .CrossEntropy(Indices.From(z.Backend, [z.Shape[0]], [.. Enumerable.Range(0, z.Shape[0])]));

    /// <summary>Where the first token stands for a sentence: what a mean takes of each place is worked out on the host.</summary>
    public override bool IsReplayable => _options.Pooling == TextPooling.FirstToken;

    /// <summary>ln N, and ln 2N with sentences that do not mean the same. Known once a batch has been seen.</summary>
    public override double? ChanceLoss => _others > 0 ? Math.Log(_others) : null;

    /// <summary>h and z of the latest batch.</summary>
    public override IReadOnlyList<(string Name, Tensor Rows)> Embeddings => _embeddings;
}

/// <summary>The choices of <see cref="SimCse"/>.</summary>
public sealed record SimCseOptions
{
    /// <summary>τ.</summary>
    public float Temperature { get; init; } = 0.05f;
    /// <summary>Which row stands for a sentence.</summary>
    public TextPooling Pooling { get; init; }
    /// <summary>Whether both readings drop the same activations: an ablation (table 3 of the paper), in which the two are equal and little is learned. Without any
    /// dropout, of an encoder whose rate is 0, it is the same.</summary>
    public bool SameDropout { get; init; }
}
