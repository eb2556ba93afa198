using System.Text.Json;

namespace NativeSsl;

/// <summary>Cuts a normalized text into words; no piece reaches over the end of a word.</summary>
interface IWordSplit
{
    /// <summary>The text in which words are found: spaces marked, for example.</summary>
    string Prepare(string text);

    /// <summary>The next word, or an empty one at the end of the text.</summary>
    /// <param name="text">The prepared text.</param>
    /// <param name="at">Where to look; afterwards, where the word ends.</param>
    ReadOnlySpan<char> Next(ReadOnlySpan<char> text, ref int at);

    /// <summary>Itself, as a value of the field <c>pre_tokenizer</c> of Hugging Face's <c>tokenizer.json</c>.</summary>
    void Write(Utf8JsonWriter json);
}
