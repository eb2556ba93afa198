using System.Text;
using System.Text.Json;

namespace NativeSsl;

/// <summary>NFC or NFD, Unicode Standard Annex 15.</summary>
sealed class CanonicalNormalizer(bool composed) : INormalizer
{
    /// <inheritdoc/>
    public string Apply(string text) => composed ? CanonicalForms.Compose(text) : CanonicalForms.Decompose(text);

    /// <inheritdoc/>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("type", composed ? "NFC" : "NFD");
        json.WriteEndObject();
    }
}

/// <summary>Each run of white space becomes one space, as CLIP wants it.</summary>
sealed class OneSpace : INormalizer
{
    /// <inheritdoc/>
    public string Apply(string text)
    {
        StringBuilder spaced = new(text.Length);
        bool space = false;
        foreach (char c in text)
        {
            bool white = char.IsWhiteSpace(c);                                      // no white space lies outside the 16-bit plane
            if (!white || !space) spaced.Append(white ? ' ' : c);
            space = white;
        }
        return spaced.ToString();
    }

    /// <inheritdoc/>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("type", "Replace");
        json.WriteStartObject("pattern");
        json.WriteString("Regex", Pattern);
        json.WriteEndObject();
        json.WriteString("content", " ");
        json.WriteEndObject();
    }

    internal const string Pattern = "\\s+";
}

/// <summary>One normalizer after the other.</summary>
sealed class NormalizerSequence(IReadOnlyList<INormalizer> parts) : INormalizer
{
    /// <inheritdoc/>
    public string Apply(string text)
    {
        foreach (INormalizer part in parts) text = part.Apply(text);
        return text;
    }

    /// <inheritdoc/>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("type", "Sequence");
        json.WriteStartArray("normalizers");
        foreach (INormalizer part in parts) part.Write(json);
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
