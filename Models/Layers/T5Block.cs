namespace NativeSsl;

/// <summary>
/// One layer of T5: attention of the sequence to itself, in a decoder attention to the memory, and a feed-forward part. Each reads the RMS-normalised
/// stream, and what it says is added to the stream after dropout. Raffel et al. 2020, section 2.1.
/// </summary>
public sealed class T5Block : Module
{
    readonly RmsNorm _norm1, _norm2;
    readonly RmsNorm? _crossNorm;
    readonly T5Attention _attention;
    readonly CrossAttention? _cross;
    readonly T5FeedForward _feedForward;
    readonly float _dropout;

    /// <param name="init">Draws the weights.</param>
    /// <param name="config">The sizes.</param>
    /// <param name="decoder">Whether it looks at a memory.</param>
    public T5Block(Init init, T5.Config config, bool decoder)
    {
        _dropout = config.Dropout;
        _norm1 = new RmsNorm(init, config.Width, config.Epsilon);
        _attention = new T5Attention(init, config.Width, config.Heads, config.HeadWidth);
        if (decoder)
        {
            _crossNorm = new RmsNorm(init, config.Width, config.Epsilon);
            _cross = new CrossAttention(init, config.Width, config.Heads, config.HeadWidth, config.Dropout);
        }
        _norm2 = new RmsNorm(init, config.Width, config.Epsilon);
        _feedForward = new T5FeedForward(init, config.Width, config.Hidden ?? 4 * config.Width, config.Gated, config.Dropout);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Part> Parts =>
        [new("norm1", _norm1), new("attention", _attention), new("cross_norm", _crossNorm), new("cross", _cross),
            new("norm2", _norm2), new("feed_forward", _feedForward)];

    /// <summary>A decoder's block begins with <see cref="CrossAttention.BeginAlike"/>; an encoder's has no such part.</summary>
    public void BeginAlike() => _cross?.BeginAlike();

    /// <summary>Keys and values of a memory for <see cref="Forward"/>, <c>[texts, keys, 2, heads, width]</c>.</summary>
    /// <param name="memory"><c>[texts, keys, features]</c></param>
    /// <param name="format">How they are stored.</param>
    /// <exception cref="NativeSslException">The block is an encoder's.</exception>
    public Tensor Remember(Tensor memory, Format format = Format.Float32) =>
        (_cross ?? throw new NativeSslException("T5Block: a block of an encoder has no memory.")).Remember(memory, format);

    /// <summary>The same shape, <c>[batch, time, features]</c>.</summary>
    /// <param name="x"><c>[batch, time, features]</c></param>
    /// <param name="options">Who sees whom within the sequence, and the bias of distances.</param>
    /// <param name="remembered">Keys and values of the memory, in a decoder.</param>
    /// <param name="memoryLengths">How many positions of each memory are no padding, <c>[texts]</c>; all if null.</param>
    /// <param name="cache">What earlier calls have seen, if the sequence comes in pieces.</param>
    /// <param name="layer">The layer's place in the cache.</param>
    public Tensor Forward(Tensor x, AttentionOptions options, Tensor? remembered = null, Indices? memoryLengths = null,
        KeyValueCache? cache = null, int layer = 0)
    {
        x = Add(x, residual => _attention.Forward(_norm1.Forward(x, x.Backend.ActivationFormat), options, residual, cache, layer));
        if (_cross is not null)
        {
            Tensor keysAndValues = remembered ?? throw new NativeSslException("T5Block: a block of a decoder needs a memory.");
            x = Add(x, residual => _cross.Forward(_crossNorm!.Forward(x, x.Backend.ActivationFormat), keysAndValues, memoryLengths, residual));
        }
        return Add(x, residual => _feedForward.Forward(_norm2.Forward(x, x.Backend.ActivationFormat), residual));
    }

    // Without dropout the stream is added where the last product of a part ends; with it, dropout comes between the two.
    Tensor Add(Tensor stream, Func<Tensor?, Tensor> part) => _dropout == 0f ? part(stream) : stream + part(null).Dropout(_dropout);
}
