using System.Text.Json;

namespace NativeSsl;

/// <summary>Joins pieces to text again.</summary>
interface IPieceDecoder
{
    /// <summary>The text of pieces; added tokens stand there as they are written.</summary>
    string Decode(PieceTable pieces, IReadOnlySet<int> added, ReadOnlySpan<int> ids);

    /// <summary>Whether a word begins with this piece.</summary>
    bool BeginsWord(string piece);

    /// <summary>Itself, as the value of the field <c>decoder</c> of Hugging Face's <c>tokenizer.json</c>.</summary>
    void Write(Utf8JsonWriter json);
}
