namespace NativeSsl;

/// <summary>
/// The encoder or the decoder of T5: dropout, blocks that share one table of distances, a last RMS norm, dropout. Raffel et al. 2020, section 2.1:
/// position embeddings are shared across all layers of a stack.
/// </summary>
public sealed class T5Layers : Module
{
    readonly RelativeBias _bias;
    readonly T5Block[] _blocks;
    readonly RmsNorm _norm;
    readonly float _dropout;
    readonly bool _decoder;

    /// <param name="init">Draws the weights.</param>
    /// <param name="config">The sizes.</param>
    /// <param name="decoder">Whether it reads from left to right and looks at a memory.</param>
    public T5Layers(Init init, T5.Config config, bool decoder)
    {
        (_dropout, _decoder) = (config.Dropout, decoder);
        _bias = new RelativeBias(init, config.Heads, bidirectional: !decoder, config.Buckets, config.MaxDistance, 1f / MathF.Sqrt(config.Width));
        int layers = decoder ? config.DecoderLayers ?? config.Layers : config.Layers;
        _blocks = [.. Enumerable.Range(0, layers).Select(_ => new T5Block(init, config, decoder))];
        _norm = new RmsNorm(init, config.Width, config.Epsilon);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Part> Parts => [new("relative_bias", _bias), .. Numbered("blocks", _blocks), new("norm", _norm)];

    /// <summary>The bias of every distance, <c>[buckets, heads]</c>.</summary>
    public Tensor Distances => _bias.Weight;

    /// <summary>Attention begins with <see cref="RelativeBias.BeginNear"/> and <see cref="T5Block.BeginAlike"/>.</summary>
    public void BeginFocused()
    {
        _bias.BeginNear();
        foreach (T5Block block in _blocks) block.BeginAlike();
    }

    /// <summary>The same shape, <c>[batch, time, features]</c>: every position has seen all others, or in a decoder all before it.</summary>
    /// <param name="x">Embedded tokens, <c>[batch, time, features]</c>.</param>
    /// <param name="lengths">How many positions of each sample are no padding, <c>[batch]</c>; all if null.</param>
    /// <param name="memory">What a decoder looks at, <c>[batch, keys, features]</c>.</param>
    /// <param name="memoryLengths">How many positions of each memory are no padding, <c>[batch]</c>; all if null.</param>
    public Tensor Forward(Tensor x, Indices? lengths = null, Tensor? memory = null, Indices? memoryLengths = null)
    {
        AttentionOptions options = Options(x.Shape[1], x.Shape[1]) with { Causal = _decoder, KeyLengths = lengths };
        return Run(x, (block, input, _) => block.Forward(input, options, memory is null ? null : block.Remember(memory, memory.Backend.ActivationFormat), memoryLengths));
    }

    /// <summary>The same for a piece of the sequence: the cache knows what came before, and the memory.</summary>
    /// <param name="x">Embedded tokens of the piece, <c>[batch, time, features]</c>.</param>
    /// <param name="cache">Grows by the piece.</param>
    public Tensor Forward(Tensor x, SequenceCache cache)
    {
        AttentionOptions options = Options(x.Shape[1], cache.Length + x.Shape[1]);
        x = Run(x, (block, input, layer) => block.Forward(input, options, cache.Memories[layer], cache.MemoryLengths, cache.Seen, layer));
        cache.Seen.Advance(x.Shape[1]);
        return x;
    }

    /// <summary>Keys and values of a memory for every layer, <c>[texts, keys, 2, heads, width]</c> each.</summary>
    /// <param name="memory"><c>[texts, keys, features]</c></param>
    public IEnumerable<Tensor> Remember(Tensor memory) => _blocks.Select(block => block.Remember(memory));

    AttentionOptions Options(int queries, int keys) => new() { Bias = _bias.Forward(queries, keys), Scale = 1f, Dropout = _dropout };

    Tensor Run(Tensor x, Func<T5Block, Tensor, int, Tensor> forward)
    {
        x = x.Dropout(_dropout);
        for (int layer = 0; layer < _blocks.Length; layer++)
        {
            (T5Block block, int place) = (_blocks[layer], layer);
            // Nothing walks back over what is not recorded, so its activations need not wait for the step's end.
            x = Tape.IsRecording ? forward(block, x, place) : x.Checkpoint(input => forward(block, input, place));
        }
        return _norm.Forward(x).Dropout(_dropout);
    }
}
