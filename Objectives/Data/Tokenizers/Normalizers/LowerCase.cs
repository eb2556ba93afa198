using System.Text;
using System.Text.Json;

namespace NativeSsl;

/// <summary>Lower case, character by character, the same in every culture.</summary>
sealed class LowerCase : INormalizer
{
    /// <inheritdoc/>
    public string Apply(string text)
    {
        StringBuilder lower = new(text.Length);
        foreach (Rune rune in text.EnumerateRunes()) Append(lower, rune);
        return lower.ToString();
    }

    // U+0130, the capital I with a dot, is the one character whose lower case is two characters in every language.
    internal static void Append(StringBuilder lower, Rune rune)
    {
        if (rune.Value == 0x130) lower.Append("i\u0307");
        else lower.Append(Rune.ToLowerInvariant(rune));
    }

    /// <inheritdoc/>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("type", "Lowercase");
        json.WriteEndObject();
    }
}
