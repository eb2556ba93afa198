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

    /// <summary>All tokens, one document after the other.</summary>
    /// <param name="end">Stands behind each document; nothing if null.</param>
    /// <exception cref="OverflowException">They have no room in an array.</exception>
    public int[] Tokens(int? end = null)
    {
        int[] tokens = new int[checked((int)TokenCount + (end is null ? 0 : Documents.Count))];
        int filled = 0;
        foreach ((int first, int last) in Documents)
        {
            int length = (int)(Store.Start(last) - Store.Start(first));
            Store.Read(Store.Start(first), tokens.AsSpan(filled, length));
            filled += length;
            if (end is { } mark) tokens[filled++] = mark;
        }
        return tokens;
    }

    /// <summary>Divides a store: what is trained on, and what is kept apart to validate on. No document is in both.</summary>
    /// <param name="store">The tokens.</param>
    /// <param name="heldOut"><c>tenth</c>, <c>last</c>, or the name of a file.</param>
    /// <param name="least">The fewest documents that are a tenth: 2 where a text from another document is needed.</param>
    /// <exception cref="NativeSslException">No file has this name, or nothing would be left on one side.</exception>
    public static (DocumentSet Train, DocumentSet HeldOut) Divide(TokenStore store, string heldOut = LastTenth, int least = 1)
    {
        (int first, int end) = Kept(store.DocumentCount, store.Sources, heldOut, least);
        IEnumerable<int> train = Enumerable.Range(0, store.DocumentCount).Where(document => document < first || document >= end);
        return (new(store, [.. train.Select(store.Segments)]), new(store, [.. Enumerable.Range(first, end - first).Select(store.Segments)]));
    }

    /// <summary>The documents that are kept apart: the first, and one past the last.</summary>
    /// <param name="count">How many documents there are.</param>
    /// <param name="sources">The files, each with its first document.</param>
    /// <param name="heldOut"><c>tenth</c>, <c>last</c>, or the name of a file.</param>
    /// <param name="least">The fewest documents that are a tenth.</param>
    internal static (int First, int End) Kept(int count, IReadOnlyList<(string Name, int First)> sources, string heldOut, int least)
    {
        (int first, int end) = heldOut switch
        {
            LastTenth => (count - Math.Max(Math.Min(least, count - 1), count / 10), count),
            Last => (count - 1, count),
            _ => Named(count, sources, heldOut),
        };
        return first == end || (first == 0 && end == count)
            ? throw new NativeSslException($"heldOut is '{heldOut}', and there is a single document or file: nothing is left for one side. Give more of them, or choose '{LastTenth}' and "
                + $"divide it first ({nameof(DividedDocuments)}).") : (first, end);
    }

    static (int First, int End) Named(int count, IReadOnlyList<(string Name, int First)> sources, string name)
    {
        for (int i = 0; i < sources.Count; i++)
            if (sources[i].Name == name) return (sources[i].First, i + 1 < sources.Count ? sources[i + 1].First : count);
        string some = string.Join(", ", sources.Take(20).Select(source => source.Name));
        throw new NativeSslException($"heldOut is '{name}', but the files are {some}. Take one of them, '{Last}' or '{LastTenth}'.");
    }
}
