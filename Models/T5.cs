namespace NativeSsl;

/// <summary>
/// An encoder and a decoder that share a table of tokens. Raffel et al. 2020, “Exploring the limits of transfer learning with a unified text-to-text
/// transformer”, section 2.1: pre-norm with RMS norms, no biases anywhere, and positions only as <see cref="RelativeBias"/>. The first weights are those of
/// mesh-tensorflow, as Hugging Face's <c>T5PreTrainedModel._init_weights</c> states them; with its layouts of weights, queries, keys and values packed.
/// </summary>
public sealed class T5 : SequenceModel
{
    /// <summary>The sizes of a model. The defaults are small.</summary>
    public sealed record Config
    {
        /// <summary>How many different tokens there are.</summary>
        public int Vocabulary { get; init; } = 8192;
        /// <summary>Blocks of the encoder.</summary>
        public int Layers { get; init; } = 4;
        /// <summary>Blocks of the decoder; as many as the encoder's if null.</summary>
        public int? DecoderLayers { get; init; }
        /// <summary>Attention heads.</summary>
        public int Heads { get; init; } = 4;
        /// <summary>Features of a position.</summary>
        public int Width { get; init; } = 256;
        /// <summary>Features of a head: independent of the width.</summary>
        public int HeadWidth { get; init; } = 64;
        /// <summary>Features inside the feed-forward part; four times the width if null.</summary>
        public int? Hidden { get; init; }
        /// <summary>Whether the feed-forward part is a gated GELU (version 1.1) rather than a ReLU (1.0).</summary>
        public bool Gated { get; init; }
        /// <summary>Whether the output shares the table of tokens, divided by √width (version 1.0), or has one of its own (1.1).</summary>
        public bool Tied { get; init; } = true;
        /// <summary>Buckets of distances.</summary>
        public int Buckets { get; init; } = 32;
        /// <summary>From this distance on, in tokens, all share the last bucket.</summary>
        public int MaxDistance { get; init; } = 128;
        /// <summary>The share of activations set to zero in training.</summary>
        public float Dropout { get; init; } = 0.1f;
        /// <summary>Added to the mean of squares in RMS norms.</summary>
        public float Epsilon { get; init; } = 1e-6f;

        /// <summary>T5-small, 60 million parameters: Raffel et al. 2020, section 3.7.</summary>
        public static Config Small { get; } = new() { Vocabulary = 32128, Layers = 6, Heads = 8, Width = 512, HeadWidth = 64, Hidden = 2048 };

        /// <summary>T5 v1.1 small, 77 million parameters, as released with the paper's code: dropout is off in pretraining; 0.1 is meant for fine-tuning.</summary>
        public static Config SmallV11 { get; } = new()
            { Vocabulary = 32128, Layers = 8, Heads = 6, Width = 512, HeadWidth = 64, Hidden = 1024, Gated = true, Tied = false, Dropout = 0f };
    }

    readonly Embedding _tokens;
    readonly T5Layers _encoder, _decoder;
    readonly Tensor? _head;

    /// <param name="config">The sizes.</param>
    /// <param name="init">Draws the weights, and says on which device.</param>
    public T5(Config config, Init init)
    {
        (Sizes, Backend) = (config, init.Backend);
        _tokens = new Embedding(init, config.Vocabulary, config.Width, deviation: 1f);
        _encoder = new T5Layers(init, config, decoder: false);
        _decoder = new T5Layers(init, config, decoder: true);
        // Logits with a variance of one in both versions. (Hugging Face draws an untied head with a deviation of 1: logits of ±√width, far above chance.)
        _head = config.Tied ? null : init.Normal([config.Vocabulary, config.Width], 1f / MathF.Sqrt(config.Width));
    }

    /// <summary>
    /// Before any training, attention looks at near tokens and, from decoder to encoder, at tokens that are alike (<see cref="RelativeBias.BeginNear"/>, <see cref="CrossAttention.BeginAlike"/>), instead of
    /// nearly evenly at all: what stands beside a sentinel reaches the decoder from the first step. The network stays the same; published weights read afterwards take its place.
    /// </summary>
    public void BeginFocused()
    {
        _encoder.BeginFocused();
        _decoder.BeginFocused();
    }

    /// <summary>The sizes.</summary>
    public Config Sizes { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<Part> Parts =>
        [new("tokens", _tokens), new("encoder", _encoder), new("decoder", _decoder), new("head", _head)];

    /// <inheritdoc/>
    public override int Vocabulary => Sizes.Vocabulary;
    /// <inheritdoc/>
    public override IBackend Backend { get; }
    /// <inheritdoc/>
    public override Tensor Head => _head ?? _tokens.Weight;

    /// <inheritdoc/>
    public override Tensor Encode(Indices tokens, Indices? lengths = null) => _encoder.Forward(Embedded(tokens), lengths);

    /// <inheritdoc/>
    public override Tensor Decode(Indices tokens, Tensor memory, Indices? memoryLengths = null) =>
        Scaled(_decoder.Forward(Embedded(tokens), null, memory, memoryLengths));

    /// <inheritdoc/>
    public override Tensor Decode(Indices tokens, SequenceCache cache) => Scaled(_decoder.Forward(Embedded(tokens), cache));

    /// <inheritdoc/>
    public override SequenceCache NewCache(Tensor memory, Indices? memoryLengths, int capacity, int beams = 1) =>
        new(Backend, _decoder.Remember(memory), memoryLengths, beams, capacity);

    // Adafactor, with which T5 was trained, moves each tensor by a share of its values' size (Shazeer & Stern 2018, section 8). Here it is that of the first values and so known before any
    // step: 1 for gains and the table of tokens, 1/√inputs for matrices. The tables of distances begin near zero, but what they are added to has a deviation of one.
    /// <inheritdoc/>
    public override float StepSize(Tensor parameter) =>
        parameter.Shape.Rank < 2 || parameter == _tokens.Weight || parameter == _encoder.Distances || parameter == _decoder.Distances ? 1f : 1f / MathF.Sqrt(parameter.Shape[1]);

    Tensor Embedded(Indices tokens) => tokens.Shape.Rank == 2 ? _tokens.Forward(tokens)
        : throw new ShapeException($"T5: tokens have shape {tokens.Shape}; [batch, time] is needed.");

    // The table's rows have features of size one: as a head it needs smaller ones, or it would begin very sure of everything.
    Tensor Scaled(Tensor features) => Sizes.Tied ? features * (1f / MathF.Sqrt(Sizes.Width)) : features;
}
