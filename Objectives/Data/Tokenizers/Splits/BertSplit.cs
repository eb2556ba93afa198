using System.Text;
using System.Text.Json;

namespace NativeSsl;

/// <summary>BERT's words (google-research/bert, <c>tokenization.py</c>): what stands between spaces, and every punctuation mark by itself.</summary>
sealed class BertSplit : IWordSplit
{
    /// <inheritdoc/>
    public string Prepare(string text) => text;

    /// <inheritdoc/>
    public ReadOnlySpan<char> Next(ReadOnlySpan<char> text, ref int at)
    {
        int start = CharacterKinds.RunEnd(text, at, CharacterKinds.IsSpace);
        at = start;
        if (start == text.Length) return default;
        Rune.DecodeFromUtf16(text[start..], out Rune rune, out int length);
        at = CharacterKinds.IsPunctuation(rune) ? start + length
            : CharacterKinds.RunEnd(text, start, static rune => !CharacterKinds.IsSpace(rune) && !CharacterKinds.IsPunctuation(rune));
        return text[start..at];
    }

    /// <inheritdoc/>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("type", "BertPreTokenizer");
        json.WriteEndObject();
    }
}
