using System.Text;
using System.Text.Json;

namespace NativeSsl;

/// <summary>Words with a space between them, pieces behind <c>##</c> joined to what stands before; with <paramref name="cleanup"/> no space before
/// signs that English writes without one.</summary>
sealed class WordPieceDecoder(bool cleanup = true) : IPieceDecoder
{
    static readonly string[] Closing = [".", "?", "!", ",", "n't", "'m", "'s", "'ve", "'re"];

    /// <inheritdoc/>
    public string Decode(PieceTable pieces, IReadOnlySet<int> added, ReadOnlySpan<int> ids)
    {
        StringBuilder text = new();
        foreach (int id in ids)
        {
            string piece = pieces[id];
            if (text.Length == 0) text.Append(piece);
            else if (!BeginsWord(piece)) text.Append(piece, WordPieceModel.Continuing.Length, piece.Length - WordPieceModel.Continuing.Length);
            else if (cleanup && Closing.Any(sign => piece.StartsWith(sign, StringComparison.Ordinal))) text.Append(piece);
            else text.Append(' ').Append(piece);
        }
        return text.ToString();
    }

    /// <inheritdoc/>
    public bool BeginsWord(string piece) =>
        !piece.StartsWith(WordPieceModel.Continuing, StringComparison.Ordinal) || piece.Length == WordPieceModel.Continuing.Length;

    /// <inheritdoc/>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("type", "WordPiece");
        json.WriteString("prefix", WordPieceModel.Continuing);
        json.WriteBoolean("cleanup", cleanup);
        json.WriteEndObject();
    }
}
