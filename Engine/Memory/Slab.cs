namespace NativeSsl;

/// <summary>
/// A stretch of memory of which pieces are lent, the lowest that is large enough first. Free neighbours become one piece again, so that two
/// small activations make room for a large one.
/// </summary>
/// <typeparam name="T">What a device calls its memory.</typeparam>
public sealed class Slab<T>
{
    sealed class Piece
    {
        internal long Start, Length;
        internal bool IsFree = true;
        internal Piece? Before, After;
    }

    readonly Dictionary<long, Piece> _lent = [];
    readonly Piece _first;

    internal Slab(T memory, long length)
    {
        (Memory, Length) = (memory, length);
        _first = new Piece { Length = length };
    }

    /// <summary>The memory.</summary>
    public T Memory { get; }

    /// <summary>Its length in bytes.</summary>
    public long Length { get; }

    /// <summary>Up to here it was ever lent.</summary>
    internal long Touched { get; private set; }

    internal bool IsIdle => _lent.Count == 0;

    /// <summary>The first byte of a piece of that many; −1 if there is no room.</summary>
    internal long Take(long size)
    {
        Piece? piece = _first;
        while (piece is not null && !(piece.IsFree && piece.Length >= size)) piece = piece.After;
        if (piece is null) return -1;
        if (piece.Length > size)
        {
            var rest = new Piece { Start = piece.Start + size, Length = piece.Length - size, Before = piece, After = piece.After };
            if (rest.After is { } next) next.Before = rest;
            (piece.After, piece.Length) = (rest, size);
        }
        piece.IsFree = false;
        _lent.Add(piece.Start, piece);
        Touched = Math.Max(Touched, piece.Start + size);
        return piece.Start;
    }

    internal void Return(long start)
    {
        _lent.Remove(start, out Piece? piece);
        piece!.IsFree = true;
        if (piece.After is { IsFree: true }) Join(piece);
        if (piece.Before is { IsFree: true } before) Join(before);
    }

    // The piece takes its neighbour in.
    static void Join(Piece piece)
    {
        Piece next = piece.After!;
        piece.Length += next.Length;
        piece.After = next.After;
        if (next.After is { } following) following.Before = piece;
    }
}
