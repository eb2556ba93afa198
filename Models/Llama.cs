namespace NativeSsl;

/// <summary>
/// A decoder-only transformer after LLaMA: RMS norm in front of every part and after the last block, rotary positions, a gated feed-forward part, no biases.
/// Touvron et al. 2023, “LLaMA: open and efficient foundation language models”, section 2.2; with grouped queries, as in Touvron et al. 2023, “Llama 2”,
/// section 2.2.
/// </summary>
public sealed class Llama : LanguageModel
{
    /// <summary>The sizes of a model.</summary>
    public sealed record Config
    {
        /// <summary>How many different tokens there are.</summary>
        public int Vocabulary { get; init; } = 512;
        /// <summary>How many tokens the model can see at once.</summary>
        public int Context { get; init; } = 256;
        /// <summary>Transformer blocks.</summary>
        public int Layers { get; init; } = 4;
        /// <summary>Query heads, which share the width.</summary>
        public int Heads { get; init; } = 4;
        /// <summary>Heads of keys and values, each for as many query heads; one for each query head if null.</summary>
        public int? KeyHeads { get; init; }
        /// <summary>Features of a position.</summary>
        public int Width { get; init; } = 128;
        /// <summary>Features inside the feed-forward part; if null two thirds of four times the width, rounded up to a multiple of 32.</summary>
        public int? Hidden { get; init; }
        /// <summary>Added to the mean of squares in RMS norms.</summary>
        public float Epsilon { get; init; } = 1e-5f;
        /// <summary>The base of the frequencies of rotary positions.</summary>
        public double FrequencyBase { get; init; } = 10_000;
        /// <summary>Whether rotary positions turn features half a head apart, as in Hugging Face's checkpoints, rather than neighbours, as in Meta's.</summary>
        public bool RotaryHalves { get; init; }
        /// <summary>Whether the head shares the table of tokens.</summary>
        public bool TiedHead { get; init; } = true;
        /// <summary>Whether blocks forget their activations and compute them again going back: less memory, a third more time.</summary>
        public bool CheckpointBlocks { get; init; }
    }

    const float Deviation = 0.02f;

    readonly int _keyHeads;
    readonly Embedding _tokens;
    readonly LlamaBlock[] _blocks;
    readonly RmsNorm _norm;
    readonly Linear? _head;

    /// <param name="config">The sizes.</param>
    /// <param name="init">Draws the weights, and says on which device.</param>
    /// <exception cref="ShapeException">The heads cannot share the width, or the key heads the query heads, evenly; or a head has an odd number of features.</exception>
    public Llama(Config config, Init init)
    {
        (Sizes, Backend, _keyHeads) = (config, init.Backend, config.KeyHeads ?? config.Heads);
        GroupedQueryAttention.CheckHeads(config.Width, config.Heads, _keyHeads);
        var table = new RotaryTable(Backend, config.Context, config.Width / config.Heads, config.FrequencyBase, config.RotaryHalves);
        // As many projections as two a block add up in the residual stream, and begin as much smaller.
        float residual = Deviation / MathF.Sqrt(2 * config.Layers);
        int hidden = config.Hidden ?? (8 * config.Width / 3 + 31) / 32 * 32;
        _tokens = new Embedding(init, config.Vocabulary, config.Width, Deviation);
        _blocks = [.. Enumerable.Range(0, config.Layers).Select(_ => new LlamaBlock(
            new GroupedQueryAttention(init, config.Width, config.Heads, _keyHeads, table, Deviation, residual),
            new SwiGlu(init, config.Width, hidden, Deviation, residual),
            new RmsNorm(init, config.Width, config.Epsilon), new RmsNorm(init, config.Width, config.Epsilon)))];
        _norm = new RmsNorm(init, config.Width, config.Epsilon);
        if (!config.TiedHead) _head = new Linear(init, config.Width, config.Vocabulary, bias: false, Deviation);
    }

    /// <summary>The sizes.</summary>
    public Config Sizes { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<Part> Parts =>
        [new("tokens", _tokens), .. Numbered("blocks", _blocks), new("norm", _norm), new("head", _head)];

    /// <inheritdoc/>
    public override int Vocabulary => Sizes.Vocabulary;
    /// <inheritdoc/>
    public override int Context => Sizes.Context;
    /// <inheritdoc/>
    public override IBackend Backend { get; }
    /// <inheritdoc/>
    public override Tensor Head => (_head?.Weight) ?? _tokens.Weight;

    /// <inheritdoc/>
    public override KeyValueCache NewCache(int batch = 1, int? capacity = null) =>
        new(Backend, Sizes.Layers, batch, capacity ?? Context, _keyHeads, Sizes.Width / Sizes.Heads);

    /// <inheritdoc/>
    public override Tensor Features(Indices tokens, KeyValueCache? cache = null)
    {
        if (tokens.Shape.Rank != 2) throw new ShapeException($"Llama: tokens have shape {tokens.Shape}; [batch, time] is needed.");
        (int time, int seen) = (tokens.Shape[1], cache?.Length ?? 0);
        if (seen + time > Context)
            throw new ShapeException($"Llama: axis 1 of tokens is {time} (shape {tokens.Shape})"
                + $"{(seen > 0 ? $" after {seen} tokens in the cache" : "")} but the context has room for {Context}.");
        Tensor x = _tokens.Forward(tokens);
        for (int layer = 0; layer < _blocks.Length; layer++)
        {
            LlamaBlock block = _blocks[layer];
            int place = layer;
            // Nothing walks back over what is not recorded, so its activations need not wait for the step's end either.
            bool forgets = !Tape.IsRecording || (Sizes.CheckpointBlocks && cache is null);
            x = forgets ? x.Checkpoint(input => block.Forward(input, cache, place)) : block.Forward(x, cache, layer);
        }
        cache?.Advance(time);
        return _norm.Forward(x);
    }
}
