namespace NativeSsl;

/// <summary>Some of the documents of a store, or parts of them: to train on, or to be kept apart.</summary>
/// <param name="Store">The tokens.</param>
/// <param name="Documents">The segments of each document: the first, and one past the last.</param>
public sealed record DocumentSet(TokenStore Store, IReadOnlyList<(int First, int End)> Documents)
{
    /// <summary>The last tenth of the documents are kept apart.</summary>
    public const string LastTenth = "tenth";
    /// <summary>The last document is kept apart.</summary>
    public const string Last = "last";

    /// <summary>All documents.</summary>
    public static DocumentSet All(TokenStore store) => new(store, [.. Enumerable.Range(0, store.DocumentCount).Select(store.Segments)]);

    /// <summary>How many tokens it has.</summary>
    public long TokenCount => Documents.Sum(document => Store.Start(document.End) - Store.Start(document.First));

    /// <summary>How many segments it has.</summary>
    public int SegmentCount => Documents.Sum(document => document.End - document.First);

    /// <summary>All tokens, one document after the other: for counting.</summary>
    /// <exception cref="OverflowException">They have no room in an array.</exception>
    public int[] Tokens() => [.. Documents.SelectMany(document => Store.Tokens(document.First, document.End))];

    /// <summary>Divides a store: what is trained on, and what is kept apart to validate on. No document is in both, unless there is only one: then its
    /// last tenth is kept apart.</summary>
    /// <param name="store">The tokens.</param>
    /// <param name="heldOut"><c>tenth</c>, <c>last</c>, or the name of a file.</param>
    /// <param name="least">The fewest documents that are a tenth: 2 where a text from another document is needed.</param>
    /// <exception cref="NativeSslException">No file has this name, or nothing would be left on one side.</exception>
    public static (DocumentSet Train, DocumentSet HeldOut) Divide(TokenStore store, string heldOut = LastTenth, int least = 1)
    {
        int count = store.DocumentCount;
        if (count == 1 && heldOut is LastTenth or Last)
        {
            (int start, int end) = store.Segments(0);
            int cut = end - Math.Max(1, (end - start) / 10);
            return cut > start ? (new(store, [(start, cut)]), new(store, [(cut, end)]))
                : throw new NativeSslException("the text is a single sentence: nothing is left to validate on. Give a longer text.");
        }
        (int first, int last) = heldOut switch
        {
            LastTenth => (count - Math.Max(Math.Min(least, count - 1), count / 10), count),
            Last => (count - 1, count),
            _ => Named(store, heldOut),
        };
        if (first == 0 && last == count)
            throw new NativeSslException($"heldOut is '{heldOut}', which is the whole text: nothing is left to train on. Choose '{LastTenth}'.");
        IEnumerable<int> train = Enumerable.Range(0, count).Where(document => document < first || document >= last);
        return (new(store, [.. train.Select(store.Segments)]), new(store, [.. Enumerable.Range(first, last - first).Select(store.Segments)]));
    }

    static (int First, int End) Named(TokenStore store, string name)
    {
        for (int i = 0; i < store.Sources.Count; i++)
            if (store.Sources[i].Name == name)
                return (store.Sources[i].First, i + 1 < store.Sources.Count ? store.Sources[i + 1].First : store.DocumentCount);
        string some = string.Join(", ", store.Sources.Take(20).Select(source => source.Name));
        throw new NativeSslException($"heldOut is '{name}', but the files are {some}. Take one of them, '{Last}' or '{LastTenth}'.");
    }
}
