using System.Text;
using System.Text.Json;

namespace NativeSsl;

/// <summary>
/// SentencePiece's words (Kudo and Richardson 2018): every word begins with ▁, which stands for the space before it. With
/// <paramref name="anySpace"/> all white space separates and leaves nothing else behind, as T5's <c>tokenizer.json</c> has it; without, spaces alone
/// are marks, and two of them in a row make an empty word.
/// </summary>
sealed class MetaspaceSplit(bool anySpace = true) : IWordSplit
{
    internal const char Mark = '\u2581';

    /// <inheritdoc/>
    public string Prepare(string text)
    {
        if (text.Length == 0) return text;
        if (!anySpace) return (text[0] is Mark or ' ' ? text : Mark + text).Replace(' ', Mark);
        StringBuilder marked = new(text.Length + 1);
        bool space = true;
        foreach (char c in text)
        {
            bool white = char.IsWhiteSpace(c);
            if (space && !white && c != Mark) marked.Append(Mark);
            if (!white) marked.Append(c);
            space = white;
        }
        return marked.ToString();
    }

    /// <inheritdoc/>
    public ReadOnlySpan<char> Next(ReadOnlySpan<char> text, ref int at)
    {
        if (at == text.Length) return default;
        int start = at, next = text[(start + 1)..].IndexOf(Mark);
        at = next < 0 ? text.Length : start + 1 + next;
        return text[start..at];
    }

    /// <inheritdoc/>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        if (anySpace)
        {
            json.WriteString("type", "Sequence");
            json.WriteStartArray("pretokenizers");
            json.WriteStartObject();
            json.WriteString("type", "WhitespaceSplit");
            json.WriteEndObject();
            json.WriteStartObject();
        }
        WriteFields(json);
        if (!anySpace) return;
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>The fields that it has as a pre-tokenizer and as a decoder, and the end of the object.</summary>
    internal static void WriteFields(Utf8JsonWriter json)
    {
        json.WriteString("type", "Metaspace");
        json.WriteString("replacement", Mark.ToString());
        // the one is read by Hugging Face's tokenizers before version 0.15, the other since
        json.WriteBoolean("add_prefix_space", true);
        json.WriteString("prepend_scheme", "always");
        json.WriteEndObject();
    }
}
