namespace NativeSsl;

/// <summary>
/// Sentences, a sample each: what <see cref="SimCse"/> learns from. A sample is one sentence; or, where people have said what means the same, two; or three, of which the
/// last does not mean the same. Every epoch goes through all in a new order.
/// </summary>
public sealed class SentenceViews : IViewSource
{
    /// <summary>How many places of <see cref="Views.Indices"/> a sentence takes: tokens, segments, lengths.</summary>
    public const int PerSentence = 3;

    readonly IBackend _backend;
    readonly TextMarks _marks;
    readonly Func<int, TextSample[]> _sample;
    readonly int _count, _batch;
    readonly EpochOrder _order;

    /// <param name="backend">The device.</param>
    /// <param name="marks">The tokens that are no words.</param>
    /// <param name="count">How many samples there are.</param>
    /// <param name="sample">A sample: as many sentences each time.</param>
    /// <param name="batch">Samples in a micro-batch.</param>
    /// <param name="seed">Decides the order.</param>
    /// <exception cref="ShapeException">There are fewer samples than two or than a batch: what repels a sentence is another one.</exception>
    public SentenceViews(IBackend backend, TextMarks marks, int count, Func<int, TextSample[]> sample, int batch, ulong seed)
    {
        if (batch < 2 || count < batch)
            throw new ShapeException($"SentenceViews: batches of {batch} from {count} sentences; at least two are needed in a batch, and no more than there are.");
        (_backend, _marks, _count, _sample, _batch, _order) = (backend, marks, count, sample, batch, new EpochOrder(count, seed));
    }

    /// <summary>Every sentence of a corpus, its end cut off where it is too long.</summary>
    /// <param name="backend">The device.</param>
    /// <param name="text">The corpus; its segments are the sentences.</param>
    /// <param name="marks">The tokens that are no words.</param>
    /// <param name="context">The most tokens of a sample, marks included; 32 in the paper.</param>
    /// <param name="batch">Sentences in a micro-batch; 64 in the paper.</param>
    /// <param name="seed">Decides the order.</param>
    /// <exception cref="ShapeException">The context has no room for a word, or there are too few sentences.</exception>
    public static SentenceViews Of(IBackend backend, DocumentSet text, TextMarks marks, int context, int batch, ulong seed)
    {
        int words = Words(context);
        int[] segments = [.. text.Documents.SelectMany(document => Enumerable.Range(document.First, document.End - document.First))];
        return new SentenceViews(backend, marks, segments.Length, index => [Sample(text.Store, segments[index], marks, words)], batch, seed);
    }

    /// <summary>Every document of a corpus, a sample of its two or three sentences: such as entailments, and behind them what contradicts. Ends are cut off where a sentence is too long.</summary>
    /// <param name="backend">The device.</param>
    /// <param name="text">The corpus: <see cref="Documents.InFields"/>, and no segment cut.</param>
    /// <param name="marks">The tokens that are no words.</param>
    /// <param name="context">The most tokens of a sentence, marks included; 32 in the paper.</param>
    /// <param name="batch">Documents in a micro-batch; 512 in the paper.</param>
    /// <param name="seed">Decides the order.</param>
    /// <exception cref="ShapeException">The context has no room for a word, there are too few documents, or they have different numbers of sentences.</exception>
    public static SentenceViews Together(IBackend backend, DocumentSet text, TextMarks marks, int context, int batch, ulong seed)
    {
        int words = Words(context), sentences = text.Documents.Select(document => document.End - document.First).FirstOrDefault();
        for (int i = 0; i < text.Documents.Count; i++)
            if (text.Documents[i].End - text.Documents[i].First is var found && (found != sentences || found is not (2 or 3)))
                throw new ShapeException($"SentenceViews.Together: document {i} has {found} sentences with tokens, the first has {sentences}; each needs two, or each three.");
        return new SentenceViews(backend, marks, text.Documents.Count, index =>
            [.. Enumerable.Range(text.Documents[index].First, sentences).Select(segment => Sample(text.Store, segment, marks, words))], batch, seed);
    }

    static int Words(int context) => context >= 3 ? context - 2 : throw new ShapeException($"SentenceViews: a context of {context} has no room for a word and two marks.");

    static TextSample Sample(TokenStore store, int segment, TextMarks marks, int most)
    {
        int[] tokens = new int[Math.Min(most, store.Length(segment))];
        store.Read(store.Start(segment), tokens);
        return TextSample.Of(marks, tokens);
    }

    /// <summary>How many samples there are.</summary>
    public int Count => _count;

    /// <summary>Full batches in the set; the samples left over wait for another epoch.</summary>
    public long? DrawsPerEpoch => _count / _batch;

    /// <summary>For each sentence of a sample: tokens <c>[batch, time]</c>, segments <c>[batch, time]</c> and lengths <c>[batch]</c>.</summary>
    /// <exception cref="NativeSslException">The number is negative.</exception>
    public Views Draw(long draw)
    {
        if (draw < 0) throw new NativeSslException($"SentenceViews: draw {draw}; draws are counted from zero.");
        long epoch = Math.DivRem(draw, _count / _batch, out long within);
        return Batch(_order.Of(epoch).Slice((int)within * _batch, _batch));
    }

    /// <summary>Every sample once, in order, in full batches but for the last; a single one at the end is left out, since nothing repels it.</summary>
    public IEnumerable<Views> Everything()
    {
        for (int first = 0; _count - first > 1; first += _batch) yield return Batch([.. Enumerable.Range(first, Math.Min(_batch, _count - first))]);
    }

    Views Batch(ReadOnlySpan<int> places)
    {
        TextSample[][] samples = [.. places.ToArray().Select(_sample)];
        List<Indices> indices = [];
        for (int sentence = 0; sentence < samples[0].Length; sentence++)
        {
            var (tokens, segments, lengths) = TextSample.Batch(_backend, [.. samples.Select(sample => sample[sentence])], _marks.Padding);
            indices.AddRange([tokens, segments, lengths]);
        }
        return new Views { Indices = indices, Terms = places.Length };
    }
}
