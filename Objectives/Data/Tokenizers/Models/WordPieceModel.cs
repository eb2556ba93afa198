using System.Text;
using System.Text.Json;

namespace NativeSsl;

/// <summary>
/// Greedy longest match from the left (google-research/bert, <c>tokenization.py</c>, WordpieceTokenizer): the first piece as it stands, each further one
/// behind <c>##</c>. A word with a rest that no piece begins is unknown as a whole.
/// </summary>
sealed class WordPieceModel : IPieceModel
{
    internal const string Continuing = "##";

    readonly PieceTable _pieces;
    readonly int _modelPieces, _longestWord, _longestPiece, _unknown;
    readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _first, _further;

    /// <param name="pieces">All pieces; those of the model come first.</param>
    /// <param name="modelPieces">How many of them are the model's.</param>
    /// <param name="unknown">The id of what cannot be spelled.</param>
    /// <param name="longestWord">Longer words, in characters, are unknown.</param>
    internal WordPieceModel(PieceTable pieces, int modelPieces, int unknown, int longestWord = 100)
    {
        (_pieces, _modelPieces, _unknown, _longestWord) = (pieces, modelPieces, unknown, longestWord);
        Dictionary<string, int> first = new(StringComparer.Ordinal), further = new(StringComparer.Ordinal);
        for (int id = 0; id < modelPieces; id++)
        {
            string piece = pieces[id];
            if (piece.Length == 0) continue;
            first[piece] = id;
            if (piece.Length > Continuing.Length && piece.StartsWith(Continuing, StringComparison.Ordinal)) further[piece[Continuing.Length..]] = id;
            _longestPiece = Math.Max(_longestPiece, piece.Length);
        }
        (_first, _further) = (first.GetAlternateLookup<ReadOnlySpan<char>>(), further.GetAlternateLookup<ReadOnlySpan<char>>());
    }

    /// <inheritdoc/>
    public int? Unknown => _unknown;

    /// <inheritdoc/>
    public void Spell(ReadOnlySpan<char> word, List<int> ids)
    {
        int before = ids.Count;
        bool known = Characters(word) <= _longestWord;
        for (int at = 0; known && at < word.Length;)
        {
            int length = Math.Min(word.Length - at, _longestPiece), id = 0;
            while (length > 0 && !(at == 0 ? _first : _further).TryGetValue(word.Slice(at, length), out id)) length--;
            known = length > 0;
            ids.Add(id);
            at += length;
        }
        if (known) return;
        ids.RemoveRange(before, ids.Count - before);
        ids.Add(_unknown);
    }

    static int Characters(ReadOnlySpan<char> word)
    {
        int count = 0;
        foreach (Rune _ in word.EnumerateRunes()) count++;
        return count;
    }

    /// <inheritdoc/>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("type", "WordPiece");
        json.WriteString("unk_token", _pieces[_unknown]);
        json.WriteString("continuing_subword_prefix", Continuing);
        json.WriteNumber("max_input_chars_per_word", _longestWord);
        json.WriteStartObject("vocab");
        for (int id = 0; id < _modelPieces; id++) json.WriteNumber(_pieces[id], id);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
