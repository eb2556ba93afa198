namespace NativeSsl;

/// <summary>Windows of a long text, corrupted: inputs with sentinels, and the spans that are to be written. Raffel et al. 2020, section 3.1.4.</summary>
public sealed class SpanCorruptionWindows : IViewSource
{
    // Draws, and apart from them the fixed corruption of evaluation.
    const ulong Stream = 0xFFFF_FA00_0000_0000, FixedStream = Stream + 1;

    readonly IBackend _backend;
    readonly ReadOnlyMemory<int> _tokens;
    readonly SpanCorruption _corruption;
    readonly int _length, _batch;
    readonly ulong _seed;

    /// <param name="backend">The device.</param>
    /// <param name="tokens">The text; documents one behind the other.</param>
    /// <param name="corruption">How much is cut out, and which tokens are sentinels.</param>
    /// <param name="length">Tokens in a window before the corruption: <see cref="SpanCorruption.RawLength"/> of the inputs.</param>
    /// <param name="batch">Windows in a micro-batch.</param>
    /// <param name="seed">Decides where the windows begin, and what is cut out.</param>
    /// <exception cref="ShapeException">The text is shorter than a window.</exception>
    /// <exception cref="IndexException">A token of the text is a sentinel.</exception>
    /// <exception cref="NativeSslException">There are fewer sentinels than spans in a window, or an option is out of range.</exception>
    public SpanCorruptionWindows(IBackend backend, ReadOnlyMemory<int> tokens, SpanCorruption corruption, int length, int batch, ulong seed)
    {
        int spans = corruption.Counts(length).Spans;
        if (spans > corruption.Sentinels)
            throw new NativeSslException($"SpanCorruptionWindows: windows of {length} tokens have {spans} spans but there are {corruption.Sentinels} sentinels.");
        if (tokens.Length < length) throw new ShapeException($"SpanCorruptionWindows: {tokens.Length} tokens are too few for a window of {length}.");
        for (int i = 0; i < tokens.Length; i++)
            if (corruption.IsSentinel(tokens.Span[i]))
                throw new IndexException($"SpanCorruptionWindows: token {tokens.Span[i]} at place {i} of the text is one of the sentinels, "
                    + $"{corruption.FirstSentinel - corruption.Sentinels + 1} … {corruption.FirstSentinel}.");
        (_backend, _tokens, _corruption, _length, _batch, _seed) = (backend, tokens, corruption, length, batch, seed);
    }

    /// <summary>About as many draws as pass over every token once.</summary>
    public long? DrawsPerEpoch => Math.Max(1, _tokens.Length / ((long)_length * _batch));

    /// <summary>Windows at places drawn independently: inputs <c>[batch, inputs]</c> and targets <c>[batch, targets]</c>, none of them padded.</summary>
    public Views Draw(long draw)
    {
        var windows = new (int Start, RandomSource Random)[_batch];
        for (int i = 0; i < _batch; i++)
        {
            RandomSource random = Random(Stream, draw * _batch + i);
            windows[i] = (random.NextInt(_tokens.Length - _length + 1), random);
        }
        return Corrupted(windows, _length);
    }

    /// <summary>The whole text in windows that do not overlap, each corrupted in the same way every time; the last one may be shorter, but a single token
    /// that is left over does not count.</summary>
    public IEnumerable<Views> Everything()
    {
        int whole = _tokens.Length / _length, rest = _tokens.Length % _length;
        for (int first = 0; first < whole; first += _batch)
            yield return Corrupted([.. Enumerable.Range(first, Math.Min(_batch, whole - first)).Select(At)], _length);
        if (rest > 1) yield return Corrupted([At(whole)], rest);

        (int, RandomSource) At(int window) => (window * _length, Random(FixedStream, window));
    }

    // A window takes one number for its place and fewer than its length for its spans: none is used twice.
    RandomSource Random(ulong stream, long window) => new(_seed, stream) { Position = (ulong)window * ((ulong)_length + 1) };

    Views Corrupted((int Start, RandomSource Random)[] windows, int length)
    {
        (int inputLength, int targetLength) = _corruption.Lengths(length);
        int[] inputs = new int[windows.Length * inputLength], targets = new int[windows.Length * targetLength];
        for (int i = 0; i < windows.Length; i++)
        {
            ReadOnlySpan<int> tokens = _tokens.Span.Slice(windows[i].Start, length);
            bool[] noise = _corruption.Noise(length, windows[i].Random);
            _corruption.Inputs(tokens, noise).CopyTo(inputs, i * inputLength);
            _corruption.Targets(tokens, noise).CopyTo(targets, i * targetLength);
        }
        return new Views
        {
            Indices = [Indices.From(_backend, [windows.Length, inputLength], inputs), Indices.From(_backend, [windows.Length, targetLength], targets)],
            Terms = targets.Length,
        };
    }
}
