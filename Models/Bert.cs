namespace NativeSsl;

/// <summary>
/// A transformer that sees both ways: tokens, positions and segments added up and normalised, then post-norm blocks. Devlin, Chang, Lee &amp; Toutanova
/// 2019, “BERT”, section 3 and figure 2. RoBERTa (Liu et al. 2019) is the same network with one segment and other training.
/// </summary>
public sealed class Bert : TextEncoder
{
    /// <summary>The sizes of a model. The defaults are small; BERT-base has 12 layers of 768 features, 12 heads, and 30,522 tokens.</summary>
    public sealed record Config
    {
        /// <summary>How many different tokens there are.</summary>
        public int Vocabulary { get; init; } = 8192;
        /// <summary>How many tokens the model can see at once.</summary>
        public int Context { get; init; } = 128;
        /// <summary>Transformer blocks.</summary>
        public int Layers { get; init; } = 4;
        /// <summary>Attention heads, which share the width.</summary>
        public int Heads { get; init; } = 4;
        /// <summary>Features of a position.</summary>
        public int Width { get; init; } = 256;
        /// <summary>Features inside the feed-forward part; four times the width if null.</summary>
        public int? Hidden { get; init; }
        /// <summary>How many texts a sample can be made of: 2 for BERT; RoBERTa has 1.</summary>
        public int Segments { get; init; } = 2;
        /// <summary>The row of the table of positions that the first token gets: 0 for BERT; RoBERTa's files keep two rows before it.</summary>
        public int FirstPosition { get; init; }
        /// <summary>
        /// The token behind which positions count anew, from 1: with the separator, a translation has the positions of what it translates (Lample &amp; Conneau 2019, “Cross-lingual language model
        /// pretraining”, section 3, on TLM). They run on if null.
        /// </summary>
        public int? AnewBehind { get; init; }
        /// <summary>The share of activations set to zero in training.</summary>
        public float Dropout { get; init; } = 0.1f;
        /// <summary>Added to the variance in layer norms: 1e-12 for BERT, 1e-5 for RoBERTa.</summary>
        public float Epsilon { get; init; } = 1e-12f;
    }

    const float Deviation = 0.02f;

    readonly Embedding _tokens, _positions, _segments;
    readonly LayerNorm _norm;
    readonly TransformerBlock[] _blocks;

    /// <param name="config">The sizes.</param>
    /// <param name="init">Draws the weights, and says on which device.</param>
    public Bert(Config config, Init init)
    {
        (Sizes, Backend, init) = (config, init.Backend, init.Truncated());
        _tokens = new Embedding(init, config.Vocabulary, config.Width, Deviation);
        _positions = new Embedding(init, config.FirstPosition + config.Context, config.Width, Deviation);
        _segments = new Embedding(init, config.Segments, config.Width, Deviation);
        _norm = new LayerNorm(init, config.Width, epsilon: config.Epsilon);
        var options = new TransformerOptions
        {
            Features = config.Width, Heads = config.Heads, Hidden = config.Hidden, PreNorm = false, Dropout = config.Dropout,
            Activation = Activation.GeluErf, Deviation = Deviation, Epsilon = config.Epsilon,
        };
        _blocks = [.. Enumerable.Range(0, config.Layers).Select(_ => new TransformerBlock(init, options))];
    }

    /// <summary>
    /// Before any training, half of the heads look at positions nearby, in pairs back and ahead, the first at the neighbours, the next ever farther, instead of nearly evenly at all: guessing a word from those beside
    /// it is learned from the first step, and the other half sees the whole text as before. The network stays the same; published weights read afterwards take the place of these values, which stand in the table of positions and in the weights of queries and keys
    /// (and, as in Trockman &amp; Kolter 2023, “Mimetic initialization of self-attention layers”, are added to those drawn).
    /// </summary>
    /// <param name="heads">How many heads look nearby; null: half of them, rounded up to pairs.</param>
    /// <param name="passes">Added to the diagonals of the weights of values and output: above zero, tokens take on features of those they look at, which brings words and their translations together
    /// (with <see cref="Config.AnewBehind"/>), and harms where a word is to be guessed from different ones.</param>
    /// <exception cref="ShapeException">There are not so many heads, or none are to look nearby.</exception>
    public void BeginFocused(int? heads = null, float passes = 0f)
    {
        int focused = heads ?? Math.Min(Sizes.Heads, (Sizes.Heads + 3) / 4 * 2);
        if (focused < 1 || focused > Sizes.Heads) throw new ShapeException($"Bert.BeginFocused: {focused} of {Sizes.Heads} heads cannot look nearby. Choose 1 to {Sizes.Heads}.");
        TransformerBlock.Begin(new NearPositions(Sizes.Heads, focused, Width, causal: false, share: 1f / 3f), _positions.Weight, Deviation, _blocks, passes);
    }

    /// <summary>The sizes.</summary>
    public Config Sizes { get; }

    /// <summary>A copy that keeps other rows before its first position: RoBERTa's files have as many as the padding token's number and one. It says the same.</summary>
    /// <param name="first">The row of the first position.</param>
    public Bert WithFirstPosition(int first)
    {
        using Tape.NoGradientScope scope = Tape.NoGradient();
        var copy = new Bert(Sizes with { FirstPosition = first }, Init.Blank(Backend));
        Tensor used = _positions.Weight.Slice(0, Sizes.FirstPosition, Context);
        copy.CopyFrom(NamedTensors().Select(entry => entry.Name == "positions.weight" ? (entry.Name, Tensor.Concat([Tensor.Zeros(Backend, [first, Width]), used], 0)) : entry));
        return copy;
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Part> Parts =>
        [new("tokens", _tokens), new("positions", _positions), new("segments", _segments), new("norm", _norm), .. Numbered("blocks", _blocks)];

    /// <inheritdoc/>
    public override int Vocabulary => Sizes.Vocabulary;
    /// <inheritdoc/>
    public override int Context => Sizes.Context;
    /// <inheritdoc/>
    public override int Width => Sizes.Width;
    /// <inheritdoc/>
    public override IBackend Backend { get; }
    /// <inheritdoc/>
    public override Tensor Table => _tokens.Weight;

    /// <inheritdoc/>
    public override Tensor Features(Indices tokens, Indices? segments = null, Indices? lengths = null) => States(tokens, segments, lengths).Last();

    /// <inheritdoc/>
    public override IReadOnlyList<Tensor> HiddenStates(Indices tokens, Indices? segments = null, Indices? lengths = null) => [.. States(tokens, segments, lengths)];

    Indices Anew(Indices tokens, int mark)
    {
        ReadOnlySpan<int> all = tokens.Values.Span;
        int[] positions = new int[all.Length];
        for (int i = 0, next = 0; i < all.Length; i++)
        {
            if (i % tokens.Shape[1] == 0) next = 0;
            positions[i] = Sizes.FirstPosition + next++;
            if (all[i] == mark) next = 1;
        }
        return Indices.From(Backend, tokens.Shape, positions);
    }

    // One after the other, so that who wants the last keeps none before it.
    IEnumerable<Tensor> States(Indices tokens, Indices? segments, Indices? lengths)
    {
        if (tokens.Shape.Rank != 2) throw new ShapeException($"Bert: tokens have shape {tokens.Shape}; [batch, time] is needed.");
        int time = tokens.Shape[1];
        if (time > Context) throw new ShapeException($"Bert: axis 1 of tokens is {time} (shape {tokens.Shape}) but the context has room for {Context}.");
        if (segments is not null && segments.Shape != tokens.Shape)
            throw new ShapeException($"Bert: segments have shape {segments.Shape} but tokens have {tokens.Shape}.");
        Tensor positions = _positions.Forward(Sizes.AnewBehind is { } mark ? Anew(tokens, mark) : Indices.From(Backend, [time], [.. Enumerable.Range(Sizes.FirstPosition, time)]));
        segments ??= Indices.From(Backend, [1], [0]);                           // one row, for every token
        Tensor x = _norm.Forward(_tokens.Forward(tokens) + positions + _segments.Forward(segments));
        if (Sizes.Dropout > 0f) x = x.Dropout(Sizes.Dropout);
        yield return x;
        foreach (TransformerBlock block in _blocks)
            yield return x = Tape.IsRecording ? block.Forward(x, lengths: lengths) : x.Checkpoint(input => block.Forward(input, lengths: lengths));
    }
}
