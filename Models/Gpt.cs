namespace NativeSsl;

/// <summary>
/// A decoder-only transformer: learned positions, pre-norm blocks, a head that shares the table of tokens. Radford et al. 2019,
/// “Language models are unsupervised multitask learners”, section 2.3: layer norm before each part and after the last
/// block, and projections into the residual stream that begin 1/√(2 layers) smaller, because as many of them add up.
/// </summary>
public sealed class Gpt : LanguageModel
{
    /// <summary>The sizes of a model.</summary>
    public sealed record Config
    {
        /// <summary>How many different tokens there are.</summary>
        public int Vocabulary { get; init; } = 65;
        /// <summary>How many tokens the model can see at once.</summary>
        public int Context { get; init; } = 64;
        /// <summary>Transformer blocks.</summary>
        public int Layers { get; init; } = 4;
        /// <summary>Attention heads, which share the width.</summary>
        public int Heads { get; init; } = 4;
        /// <summary>Features of a position.</summary>
        public int Width { get; init; } = 128;
        /// <summary>The share of activations set to zero in training.</summary>
        public float Dropout { get; init; }
        /// <summary>Whether linear layers and layer norms have a bias.</summary>
        public bool Bias { get; init; }
        /// <summary>Whether blocks forget their activations and compute them again going back: less memory, a third more time.</summary>
        public bool CheckpointBlocks { get; init; }
    }

    const float Deviation = 0.02f;

    readonly Embedding _tokens, _positions;
    readonly TransformerBlock[] _blocks;
    readonly LayerNorm _norm;

    /// <param name="config">The sizes.</param>
    /// <param name="init">Draws the weights, and says on which device.</param>
    public Gpt(Config config, Init init)
    {
        (Sizes, Backend) = (config, init.Backend);
        _tokens = new Embedding(init, config.Vocabulary, config.Width, Deviation);
        _positions = new Embedding(init, config.Context, config.Width, Deviation);
        var options = new TransformerOptions
        {
            Features = config.Width, Heads = config.Heads, Causal = true, Bias = config.Bias, Dropout = config.Dropout,
            Deviation = Deviation, ResidualDeviation = Deviation / MathF.Sqrt(2 * config.Layers),
        };
        _blocks = [.. Enumerable.Range(0, config.Layers).Select(_ => new TransformerBlock(init, options))];
        _norm = new LayerNorm(init, config.Width, config.Bias);
    }

    /// <summary>
    /// Before any training, heads look back at positions nearby, the first at the one before, each further one twice as far, instead of nearly evenly at all: what follows the last tokens is learned from the first
    /// step. As <see cref="Bert.BeginFocused"/>; the network stays the same.
    /// </summary>
    public void BeginFocused() =>
        TransformerBlock.Begin(new NearPositions(Sizes.Heads, Sizes.Heads, Sizes.Width, causal: true, share: 1f / 2f), _positions.Weight, Deviation, _blocks);

    /// <summary>The sizes.</summary>
    public Config Sizes { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<Part> Parts =>
        [new("tokens", _tokens), new("positions", _positions), .. Numbered("blocks", _blocks), new("norm", _norm)];

    /// <inheritdoc/>
    public override int Vocabulary => Sizes.Vocabulary;
    /// <inheritdoc/>
    public override int Context => Sizes.Context;
    /// <inheritdoc/>
    public override IBackend Backend { get; }
    /// <inheritdoc/>
    public override Tensor Head => _tokens.Weight;

    /// <inheritdoc/>
    public override KeyValueCache NewCache(int batch = 1, int? capacity = null) =>
        new(Backend, Sizes.Layers, batch, capacity ?? Sizes.Context, Sizes.Heads, Sizes.Width / Sizes.Heads);

    /// <inheritdoc/>
    public override Tensor Features(Indices tokens, KeyValueCache? cache = null)
    {
        if (tokens.Shape.Rank != 2) throw new ShapeException($"Gpt: tokens have shape {tokens.Shape}; [batch, time] is needed.");
        (int batch, int time, int seen) = (tokens.Shape[0], tokens.Shape[1], cache?.Length ?? 0);
        if (seen + time > Context)
            throw new ShapeException($"Gpt: axis 1 of tokens is {time} (shape {tokens.Shape})"
                + $"{(seen > 0 ? $" after {seen} tokens in the cache" : "")} but the context has room for {Context}.");
        Tensor x = _tokens.Forward(tokens) + _positions.Forward(Indices.From(Backend, [time], [.. Enumerable.Range(seen, time)]));
        if (Sizes.Dropout > 0f) x = x.Dropout(Sizes.Dropout);
        for (int layer = 0; layer < _blocks.Length; layer++)
        {
            TransformerBlock block = _blocks[layer];
            int place = layer;
            // Nothing walks back over what is not recorded, so its activations need not wait for the step's end either.
            bool forgets = !Tape.IsRecording || (Sizes.CheckpointBlocks && cache is null);
            x = forgets ? x.Checkpoint(input => block.Forward(input, cache, place)) : block.Forward(x, cache, layer);
        }
        cache?.Advance(time);
        return _norm.Forward(x);
    }
}
