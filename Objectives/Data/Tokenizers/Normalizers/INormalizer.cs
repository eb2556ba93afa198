using System.Text.Json;

namespace NativeSsl;

/// <summary>Rewrites a text before it is cut into words: lower case, accents, spaces.</summary>
interface INormalizer
{
    /// <summary>The text as the pieces know it.</summary>
    string Apply(string text);

    /// <summary>Itself, as a value of the field <c>normalizer</c> of Hugging Face's <c>tokenizer.json</c>.</summary>
    void Write(Utf8JsonWriter json);
}
