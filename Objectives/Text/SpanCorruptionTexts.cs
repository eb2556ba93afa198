namespace NativeSsl;

/// <summary>
/// Texts that stand for themselves, such as sentences, corrupted one by one: inputs with sentinels, and the spans that are to be written. Raffel et al. 2020, section 3.1.4. With a sentence and its
/// translation in one text, a span can be read off the other language: Chi et al. 2021, “mT6: Multilingual pretrained text-to-text transformer with translation pairs” (its task “translation pair span corruption”).
/// Every epoch goes through all texts in a new order, in which those of about the same length share a batch, and cuts out other spans; both are a pure function of seed and epoch.
/// </summary>
public sealed class SpanCorruptionTexts : IViewSource
{
    // Training, and apart from it the fixed corruption of evaluation: streams of their own.
    const ulong Stream = 0xFFFF_F500_0000_0000, FixedStream = Stream + 1;

    readonly IBackend _backend;
    readonly IReadOnlyList<int[]> _texts;
    readonly SpanCorruption _corruption;
    readonly int _padding, _batch;
    readonly ulong _seed, _draws;
    readonly LengthOrder _order;

    /// <param name="backend">The device.</param>
    /// <param name="texts">The tokens of each text, at least two.</param>
    /// <param name="corruption">How much is cut out, and which tokens are sentinels.</param>
    /// <param name="padding">The token behind the end of shorter ones; no text has it.</param>
    /// <param name="batch">Texts in a micro-batch.</param>
    /// <param name="seed">Decides the order, and what is cut out.</param>
    /// <exception cref="ShapeException">There are no texts, one is too short to cut anything out, or the batch is empty.</exception>
    /// <exception cref="IndexException">A text has a sentinel, the end or padding.</exception>
    /// <exception cref="NativeSslException">The longest text has more spans than there are sentinels, or an option is out of range.</exception>
    public SpanCorruptionTexts(IBackend backend, IReadOnlyList<int[]> texts, SpanCorruption corruption, int padding, int batch, ulong seed)
    {
        if (batch < 1 || texts.Count == 0) throw new ShapeException($"SpanCorruptionTexts: batches of {batch} from {texts.Count} texts; at least one of both is needed.");
        for (int i = 0; i < texts.Count; i++)
        {
            if (texts[i].Length < 2) throw new ShapeException($"SpanCorruptionTexts: text {i} has {texts[i].Length} tokens; one is cut out and one stays, so two are needed. Leave it out.");
            int mark = Array.FindIndex(texts[i], token => corruption.IsSentinel(token) || token == corruption.End || token == padding);
            if (mark >= 0) throw new IndexException($"SpanCorruptionTexts: token {texts[i][mark]} at place {mark} of text {i} is a sentinel, the end or padding; texts have words only.");
        }
        int longest = texts.Max(text => text.Length), spans = corruption.Counts(longest).Spans;
        if (spans > corruption.Sentinels)
            throw new NativeSslException($"SpanCorruptionTexts: the longest text, {longest} tokens, has {spans} spans but there are {corruption.Sentinels} sentinels.");
        (_backend, _texts, _corruption, _padding, _batch, _seed, _draws) = (backend, texts, corruption, padding, batch, seed, (ulong)longest);
        _order = new([.. texts.Select(text => text.Length)], batch, seed);
    }

    /// <summary>How many texts there are.</summary>
    public int Count => _texts.Count;

    /// <summary>About as many draws as go through all texts once; the last ones of an epoch share a batch with the first of the next.</summary>
    public long? DrawsPerEpoch => Math.Max(1, Count / _batch);

    /// <summary>Inputs <c>[batch, length]</c>, targets <c>[batch, time]</c> and how many inputs of each are no padding, <c>[batch]</c>.</summary>
    /// <exception cref="NativeSslException">The number is negative.</exception>
    public Views Draw(long draw) => Batch(_order.Batch(nameof(SpanCorruptionTexts), draw).Select(drawn => Corrupted(drawn.Place, Stream, drawn.Epoch)));

    /// <summary>Every text once, in order, each corrupted in the same way every time.</summary>
    public IEnumerable<Views> Everything()
    {
        for (int first = 0; first < Count; first += _batch) yield return Batch(Enumerable.Range(first, Math.Min(_batch, Count - first)).Select(index => Corrupted(index, FixedStream, 0)));
    }

    // A text takes fewer numbers than it has tokens for its spans: none is used twice.
    (int[] Inputs, int[] Targets) Corrupted(int index, ulong stream, long epoch)
    {
        int[] text = _texts[index];
        bool[] noise = _corruption.Noise(text.Length, new RandomSource(_seed, stream) { Position = ((ulong)epoch * (ulong)Count + (ulong)index) * _draws });
        return (_corruption.Inputs(text, noise), _corruption.Targets(text, noise));
    }

    Views Batch(IEnumerable<(int[] Inputs, int[] Targets)> texts) => SequencePairs.Batch(_backend, [.. texts], _padding);
}
