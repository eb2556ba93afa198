using System.Runtime.InteropServices;

namespace NativeSsl;

/// <summary>What is asked about two texts.</summary>
public enum PairTask
{
    /// <summary>Whether the second follows the first, or comes from another document: BERT.</summary>
    Next,
    /// <summary>Whether two texts that follow each other stand in their order, or are swapped: ALBERT.</summary>
    Order,
}

/// <summary>
/// Two texts in a sample, made of whole sentences of a document and cut to the context. Devlin et al. 2019, section 3.1, task 2 and appendix A.2, as in
/// <c>create_instances_from_document</c> of <c>create_pretraining_data.py</c> (google-research/bert); Lan et al. 2020, “ALBERT”, section 3.1, for the order.
/// </summary>
/// <remarks>The published code decides once for a document whether to aim for short samples; here every sample decides, since a document may be a book.</remarks>
public sealed class SentencePairs : MaskedViews
{
    /// <summary>How many times the published code goes through the corpus, with other pairs each time.</summary>
    public const int Duplicates = 10;
    /// <summary>How often a sample aims for fewer tokens than it has room for.</summary>
    public const double Short = 0.1;

    // Apart from the streams of masks and of order: which pairs, and which ends are cut off.
    const ulong PairStream = 0xFFFF_F800_0000_0000, CutStream = 0xFFFF_F700_0000_0000;
    const int CutDraws = 24;

    /// <summary>Segments of the store: the first, and how many.</summary>
    internal readonly record struct Stretch(int First, int Count)
    {
        internal int End => First + Count;
    }

    /// <summary>A sample in twenty bytes: so many of them there are.</summary>
    [StructLayout(LayoutKind.Auto)]
    internal readonly record struct TwoTexts(Stretch A, Stretch B, bool IsNegative);

    readonly List<TwoTexts> _pairs = [];
    readonly DocumentSet _text;
    readonly PairTask _task;
    readonly ulong _seed;
    readonly double _short;

    /// <param name="backend">The device.</param>
    /// <param name="text">The documents.</param>
    /// <param name="marks">The tokens that are no words.</param>
    /// <param name="options">Sizes, and how words are covered; BERT's way if <see cref="MaskedViewsOptions.Masking"/> is null.</param>
    /// <param name="task">What is asked about the two texts.</param>
    /// <param name="duplicates">How many times the corpus is gone through, with other pairs each time: all of them are the samples of one epoch.</param>
    /// <param name="shortShare">How often a sample aims for fewer tokens than it has room for.</param>
    /// <exception cref="ShapeException">The context is too small; or there is one document only, and a text from another is needed; or no document has
    /// two sentences, and an order is.</exception>
    public SentencePairs(IBackend backend, DocumentSet text, TextMarks marks, MaskedViewsOptions options, PairTask task = PairTask.Next,
        int duplicates = Duplicates, double shortShare = Short)
        : base(backend, marks, options, least: 5)
    {
        (_text, _task, _seed, _short) = (text, task, options.Seed, shortShare);
        if (task == PairTask.Next && text.Documents.Count < 2)
            throw new ShapeException($"SentencePairs: {text.Documents.Count} document; a text that does not follow comes from another one. "
                + "Give several files, separate documents by blank lines, or train without pairs.");
        if (duplicates < 1) throw new ShapeException($"SentencePairs: {duplicates} duplicates; 10 is usual, 1 the least.");
        var random = new RandomSource(options.Seed, PairStream);
        for (int duplicate = 0; duplicate < duplicates; duplicate++)
            for (int document = 0; document < text.Documents.Count; document++) AddDocument(document, random);
        if (_pairs.Count == 0) throw new ShapeException("SentencePairs: no document has two sentences that could be swapped.");
    }

    /// <inheritdoc/>
    public override int Count => _pairs.Count;

    /// <summary>The samples by their segments, for tests of what is used.</summary>
    internal IReadOnlyList<TwoTexts> Pairs => _pairs;

    int Room => Options.Context - 3;

    // i, chunk, a_end and target are those of the published code; a chunk is the segments [start, i].
    void AddDocument(int document, RandomSource random)
    {
        (int first, int end) = _text.Documents[document];
        (int start, int length, int target) = (first, 0, Target(random));
        for (int i = first; i < end; i++)
        {
            length += _text.Store.Length(i);
            if (i < end - 1 && (length < target || (_task == PairTask.Order && i == start))) continue;
            int count = i - start + 1;
            if (_task == PairTask.Order) AddOrder(start, count, first, random);
            else i -= AddNext(document, start, count, target, random);
            (start, length, target) = (i + 1, 0, Target(random));
        }
    }

    int Target(RandomSource random) => random.NextDouble() < _short ? 2 + random.NextInt(Room - 1) : Room;

    // How many segments of the chunk go unused, and are put back.
    int AddNext(int document, int start, int count, int target, RandomSource random)
    {
        int a = count >= 2 ? 1 + random.NextInt(count - 1) : 1;
        if (count > 1 && random.NextDouble() >= 0.5)
        {
            _pairs.Add(new(new(start, a), new(start + a, count - a), IsNegative: false));
            return 0;
        }
        int other = random.NextInt(_text.Documents.Count - 1);
        if (other >= document) other++;
        (int first, int end) = _text.Documents[other];
        int from = first + random.NextInt(end - first), to = from;
        long wanted = target - (_text.Store.Start(start + a) - _text.Store.Start(start)), got = 0;
        do got += _text.Store.Length(to++); while (to < end && got < wanted);
        _pairs.Add(new(new(start, a), new(from, to - from), IsNegative: true));
        return count - a;
    }

    // A sentence left over at the end of a document joins the one before it once more; a document of one has no order.
    void AddOrder(int start, int count, int first, RandomSource random)
    {
        if (count == 1 && start > first) (start, count) = (start - 1, 2);
        if (count == 1) return;
        int a = 1 + random.NextInt(count - 1);
        (Stretch before, Stretch after) = (new(start, a), new(start + a, count - a));
        bool swapped = random.NextDouble() < 0.5;
        _pairs.Add(swapped ? new(after, before, IsNegative: true) : new(before, after, IsNegative: false));
    }

    /// <inheritdoc/>
    public override TextSample Sample(int index)
    {
        TwoTexts pair = _pairs[index];
        Span<int> a = _text.Store.Tokens(pair.A.First, pair.A.End), b = _text.Store.Tokens(pair.B.First, pair.B.End);
        var random = new RandomSource(_seed, CutStream) { Position = (ulong)index << CutDraws };
        while (a.Length + b.Length > Room)                                  // a token of the longer one, from the front or from the back
        {
            bool front = random.NextDouble() < 0.5;
            if (a.Length > b.Length) a = front ? a[1..] : a[..^1];
            else b = front ? b[1..] : b[..^1];
        }
        return TextSample.Of(Marks, a, b, pair.IsNegative ? 1 : 0);
    }
}
