using System.Text;
using System.Text.Json;

namespace NativeSsl;

/// <summary>
/// CLIP's words (Radford et al. 2021; openai/CLIP, <c>simple_tokenizer.py</c>): <c>'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+</c>.
/// Spaces are dropped, and every digit is a word.
/// </summary>
sealed class ClipSplit : IWordSplit
{
    internal const string Pattern = @"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+";

    /// <inheritdoc/>
    public string Prepare(string text) => text;

    /// <inheritdoc/>
    public ReadOnlySpan<char> Next(ReadOnlySpan<char> text, ref int at)
    {
        int start = CharacterKinds.RunEnd(text, at, CharacterKinds.IsSpace);
        at = start;
        if (start == text.Length) return default;
        Rune.DecodeFromUtf16(text[start..], out Rune rune, out int length);
        at = CharacterKinds.Contraction(text[start..]) is var ending and > 0 ? start + ending
            : CharacterKinds.IsNumber(rune) ? start + length
            : CharacterKinds.RunEnd(text, start, CharacterKinds.IsLetter(rune) ? CharacterKinds.IsLetter : CharacterKinds.IsOther);
        return text[start..at];
    }

    /// <inheritdoc/>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("type", "Sequence");
        json.WriteStartArray("pretokenizers");
        json.WriteStartObject();
        json.WriteString("type", "Split");
        json.WriteStartObject("pattern");
        json.WriteString("Regex", Pattern);
        json.WriteEndObject();
        json.WriteString("behavior", "Removed");
        json.WriteBoolean("invert", true);
        json.WriteEndObject();
        json.WriteStartObject();
        json.WriteString("type", "ByteLevel");
        json.WriteBoolean("add_prefix_space", false);
        json.WriteBoolean("trim_offsets", true);
        json.WriteBoolean("use_regex", false);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
