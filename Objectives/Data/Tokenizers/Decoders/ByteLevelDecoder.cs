using System.Text;
using System.Text.Json;

namespace NativeSsl;

/// <summary>Pieces back to bytes, and the bytes of all of them to text, since a character may reach over several pieces. Where words have a mark at
/// their end (CLIP), a space takes its place.</summary>
sealed class ByteLevelDecoder(string wordEnd = "") : IPieceDecoder
{
    /// <inheritdoc/>
    public string Decode(PieceTable pieces, IReadOnlySet<int> added, ReadOnlySpan<int> ids)
    {
        ByteBuffer bytes = new(4 * ids.Length);
        foreach (int id in ids)
        {
            if (added.Contains(id)) bytes.Append(Encoding.UTF8.GetBytes(pieces[id]));
            else Append(bytes, pieces[id]);
        }
        string text = bytes.Text();
        return wordEnd.Length > 0 && text.EndsWith(' ') ? text[..^1] : text;
    }

    void Append(ByteBuffer bytes, string piece)
    {
        bool ends = wordEnd.Length > 0 && piece.EndsWith(wordEnd, StringComparison.Ordinal);
        foreach (Rune letter in ends ? piece[..^wordEnd.Length].EnumerateRunes() : piece.EnumerateRunes())
        {
            if (letter.IsBmp && ByteAlphabet.TryByte((char)letter.Value, out byte value)) bytes.Append([value]);
            else bytes.Append(Encoding.UTF8.GetBytes(letter.ToString()));          // a foreign vocabulary may have what no byte is written as
        }
        if (ends) bytes.Append(" "u8);
    }

    /// <inheritdoc/>
    public bool BeginsWord(string piece) =>
        wordEnd.Length > 0 || piece.Length > 0 && ByteAlphabet.TryByte(piece[0], out byte first) && char.IsWhiteSpace((char)first) && first < 0x80;

    /// <inheritdoc/>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("type", "ByteLevel");
        json.WriteBoolean("add_prefix_space", true);
        json.WriteBoolean("trim_offsets", true);
        json.WriteBoolean("use_regex", true);
        json.WriteEndObject();
    }
}
