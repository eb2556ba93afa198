namespace NativeSsl;

/// <summary>All pieces by id, those of the model and the added ones.</summary>
sealed class PieceTable
{
    readonly string[] _pieces;
    readonly Dictionary<string, int> _ids;

    /// <exception cref="MalformedFileException">A piece is there twice.</exception>
    internal PieceTable(string[] pieces, string file)
    {
        _pieces = pieces;
        _ids = new(pieces.Length, StringComparer.Ordinal);
        for (int id = 0; id < pieces.Length; id++)
            if (!_ids.TryAdd(pieces[id], id))
                throw new MalformedFileException(file, $"the piece '{Cut(pieces[id])}' has two ids, {_ids[pieces[id]]} and {id}.");
    }

    internal int Count => _pieces.Length;
    internal string this[int id] => _pieces[id];
    internal bool TryGet(string piece, out int id) => _ids.TryGetValue(piece, out id);

    /// <summary>The table of pieces whose ids a file states.</summary>
    /// <exception cref="MalformedFileException">An id is missing, or there twice.</exception>
    internal static PieceTable FromIds(IReadOnlyDictionary<string, int> ids, string file)
    {
        string[] pieces = new string[ids.Count];
        foreach ((string piece, int id) in ids)
        {
            if (id < 0 || id >= pieces.Length)
                throw new MalformedFileException(file, $"the piece '{Cut(piece)}' has the id {id}; " +
                    $"{pieces.Length} pieces have the ids 0 … {pieces.Length - 1}.");
            if (pieces[id] is not null)
                throw new MalformedFileException(file, $"the pieces '{Cut(pieces[id])}' and '{Cut(piece)}' have the same id, {id}.");
            pieces[id] = piece;
        }
        return new PieceTable(pieces, file);
    }

    internal static string Cut(string piece) => piece.Length > 40 ? piece[..40] + "…" : piece;
}
