namespace NativeSsl;

/// <summary>What all blocks of a transformer have in common.</summary>
public sealed record TransformerOptions
{
    /// <summary>Features of a position.</summary>
    public int Features { get; init; } = 128;
    /// <summary>Attention heads, which share the features.</summary>
    public int Heads { get; init; } = 4;
    /// <summary>Features inside the feed-forward part; four times the features if null.</summary>
    public int? Hidden { get; init; }
    /// <summary>Whether layers normalise what they read (GPT-2) rather than what they have added to (the original transformer, BERT).</summary>
    public bool PreNorm { get; init; } = true;
    /// <summary>Whether a position sees only earlier ones.</summary>
    public bool Causal { get; init; }
    /// <summary>Whether linear layers and layer norms have a bias.</summary>
    public bool Bias { get; init; } = true;
    /// <summary>The share of activations set to zero in training.</summary>
    public float Dropout { get; init; }
    /// <summary>Between the two projections of the feed-forward part.</summary>
    public Activation Activation { get; init; } = Activation.Gelu;
    /// <summary>Added to the variance in layer norms.</summary>
    public float Epsilon { get; init; } = 1e-5f;
    /// <summary>Standard deviation of the first weights.</summary>
    public float Deviation { get; init; } = 0.02f;
    /// <summary>The same of the projections that add to the residual stream; as the others if null.</summary>
    public float? ResidualDeviation { get; init; }
}

/// <summary>
/// Attention, then a feed-forward part, each added to what comes in: <c>[batch, time, features]</c> to the same. Post-norm: Vaswani et al. 2017, section 3.1;
/// pre-norm: Radford et al. 2019, “Language models are unsupervised multitask learners”, section 2.3.
/// </summary>
public sealed class TransformerBlock : Module
{
    readonly LayerNorm _norm1, _norm2;
    readonly MultiHeadAttention _attention;
    readonly FeedForward _feedForward;
    readonly TransformerOptions _options;

    /// <param name="init">Draws the weights.</param>
    /// <param name="options">Sizes and variants.</param>
    public TransformerBlock(Init init, TransformerOptions options)
    {
        _options = options;
        _norm1 = new LayerNorm(init, options.Features, options.Bias, options.Epsilon);
        _attention = new MultiHeadAttention(init, options.Features, options.Heads, new AttentionOptions { Causal = options.Causal, Dropout = options.Dropout },
            options.Bias, options.Deviation, options.ResidualDeviation);
        _norm2 = new LayerNorm(init, options.Features, options.Bias, options.Epsilon);
        _feedForward = new FeedForward(init, options.Features, options.Hidden ?? 4 * options.Features, options.Activation, options.Bias,
            options.Deviation, options.ResidualDeviation);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Part> Parts =>
        [new("norm1", _norm1), new("attention", _attention), new("norm2", _norm2), new("feed_forward", _feedForward)];

    /// <summary>First values of a model's table of positions and of attention in all its blocks, instead of those drawn.</summary>
    /// <param name="near">Where heads look.</param>
    /// <param name="table"><c>[positions, width]</c></param>
    /// <param name="deviation">Of the table's features.</param>
    /// <param name="blocks">The blocks.</param>
    /// <param name="passes">Added to the diagonals of the weights of values and output.</param>
    internal static void Begin(NearPositions near, Tensor table, float deviation, IEnumerable<TransformerBlock> blocks, float passes = 0f)
    {
        near.Fill(table, deviation);
        foreach (TransformerBlock block in blocks) block._attention.Begin(near, passes);
    }

    /// <summary>The same shape, <c>[batch, time, features]</c>.</summary>
    /// <param name="x"><c>[batch, time, features]</c></param>
    /// <param name="cache">What earlier calls have seen, if the sequence comes in pieces.</param>
    /// <param name="layer">The layer's place in the cache.</param>
    /// <param name="lengths">How many positions of each sample are no padding, <c>[batch]</c>; all if null.</param>
    public Tensor Forward(Tensor x, KeyValueCache? cache = null, int layer = 0, Indices? lengths = null)
    {
        if (!_options.PreNorm)
        {
            x = _norm1.Forward(Attend(x, x, cache, layer, lengths));
            return _norm2.Forward(Feed(x, x));
        }
        x = Attend(_norm1.Forward(x, x.Backend.ActivationFormat), x, cache, layer, lengths);
        return Feed(_norm2.Forward(x, x.Backend.ActivationFormat), x);
    }

    // Without dropout the residual is added where the last product ends; with it, dropout comes between the two.
    Tensor Attend(Tensor read, Tensor stream, KeyValueCache? cache, int layer, Indices? lengths) => _options.Dropout == 0f
        ? _attention.Forward(read, stream, cache, layer, lengths)
        : stream + _attention.Forward(read, null, cache, layer, lengths).Dropout(_options.Dropout);

    Tensor Feed(Tensor read, Tensor stream) => _options.Dropout == 0f
        ? _feedForward.Forward(read, stream)
        : stream + _feedForward.Forward(read).Dropout(_options.Dropout);
}
