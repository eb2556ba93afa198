namespace NativeSsl;

/// <summary>Consecutive queries of one head, and the keys they see. The products take as many at a time as a tile has rows: with causal attention,
/// a tile leaves out the keys that none of its queries sees.</summary>
internal readonly struct QueryBlock(AttentionShape shape, int keyLength, int first, int end)
{
    internal readonly int First = first, End = end;

    internal int Count => End - First;

    /// <summary>How many keys a query sees.</summary>
    internal int Visible(int query) => shape.Visible(query, keyLength);

    /// <summary>How many keys any of so many queries sees.</summary>
    internal int SeenBy(int query, int rows) => shape.Visible(Math.Min(query + rows, End) - 1, keyLength);

    /// <summary>How many keys any query of the block sees.</summary>
    internal int Seen => shape.Visible(End - 1, keyLength);

    /// <summary>The first query of the block that sees a key.</summary>
    internal int FirstThatSees(int key) => Math.Max(First, key - shape.Reach + 1);
}
