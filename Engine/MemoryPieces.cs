namespace NativeSsl;

/// <summary>
/// Stretches of flat memory, cut into pieces that a part of the CPU's work or a team of a GPU's threads does, so that one launch does all tensors of a model
/// and still knows each.
/// </summary>
public static class MemoryPieces
{
    /// <summary>The most elements of a piece.</summary>
    public const int Most = 1 << 14;

    /// <summary>A stretch's pieces, from its beginning.</summary>
    public static IEnumerable<(int Start, int Length)> Of(long length)
    {
        for (long start = 0; start < length; start += Most) yield return (checked((int)start), (int)Math.Min(Most, length - start));
    }

    /// <summary>A row of numbers for each piece, <c>[pieces, columns]</c>, on the device for as long as somebody holds them.</summary>
    public static Indices Table(IBackend backend, int columns, IReadOnlyList<int[]> rows) =>
        Indices.From(backend, [rows.Count, columns], [.. rows.SelectMany(row => row)]).Keep();
}
