using System.Text;
using System.Text.Json;

namespace NativeSsl;

/// <summary>
/// GPT-2's words (Radford et al. 2019; openai/gpt-2, <c>encoder.py</c>): <c>'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+</c>.
/// Letters, numbers and signs apart, each run with the space before it. Nothing is lost: the words in a row are the text.
/// </summary>
sealed class Gpt2Split : IWordSplit
{
    /// <inheritdoc/>
    public string Prepare(string text) => text;

    /// <inheritdoc/>
    public ReadOnlySpan<char> Next(ReadOnlySpan<char> text, ref int at)
    {
        if (at == text.Length) return default;
        int start = at;
        at = End(text, start);
        return text[start..at];
    }

    static int End(ReadOnlySpan<char> text, int start)
    {
        if (CharacterKinds.Contraction(text[start..]) is var ending and > 0) return start + ending;
        int first = text[start] == ' ' ? start + 1 : start;
        if (first < text.Length)
        {
            Rune.DecodeFromUtf16(text[first..], out Rune rune, out _);
            if (CharacterKinds.IsLetter(rune)) return CharacterKinds.RunEnd(text, first, CharacterKinds.IsLetter);
            if (CharacterKinds.IsNumber(rune)) return CharacterKinds.RunEnd(text, first, CharacterKinds.IsNumber);
            if (!CharacterKinds.IsSpace(rune)) return CharacterKinds.RunEnd(text, first, CharacterKinds.IsOther);
        }
        int end = CharacterKinds.RunEnd(text, start, CharacterKinds.IsSpace);
        // \s+(?!\S): the last space of several is left for the word that follows
        return end < text.Length && end - start > 1 ? end - 1 : end;
    }

    /// <inheritdoc/>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("type", "ByteLevel");
        json.WriteBoolean("add_prefix_space", false);
        json.WriteBoolean("trim_offsets", true);
        json.WriteBoolean("use_regex", true);
        json.WriteEndObject();
    }
}
