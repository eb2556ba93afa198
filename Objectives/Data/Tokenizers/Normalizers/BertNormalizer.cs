using System.Globalization;
using System.Text;
using System.Text.Json;

namespace NativeSsl;

/// <summary>
/// BERT's basic text cleaning (google-research/bert, <c>tokenization.py</c>, BasicTokenizer): control characters go, Chinese characters become
/// words of their own, and, if the model is uncased, accents go and capitals become small.
/// </summary>
sealed class BertNormalizer(bool clean = true, bool chinese = true, bool? stripAccents = null, bool lowercase = true) : INormalizer
{
    /// <inheritdoc/>
    public string Apply(string text)
    {
        StringBuilder kept = new(text.Length + 16);
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (clean && IsDropped(rune)) continue;
            if (chinese && IsChinese(rune.Value)) kept.Append(' ').Append(rune).Append(' ');
            else if (clean && Rune.IsWhiteSpace(rune)) kept.Append(' ');
            else kept.Append(rune);
        }
        string cleaned = kept.ToString();
        // whoever says nothing of accents wants them gone exactly if capitals go
        if (stripAccents ?? lowercase) cleaned = WithoutMarks(CanonicalForms.Decompose(cleaned));
        return lowercase ? Lower(cleaned) : cleaned;
    }

    static string WithoutMarks(string text)
    {
        StringBuilder kept = new(text.Length);
        foreach (Rune rune in text.EnumerateRunes())
            if (rune.IsAscii || Rune.GetUnicodeCategory(rune) != UnicodeCategory.NonSpacingMark) kept.Append(rune);
        return kept.ToString();
    }

    static string Lower(string text)
    {
        StringBuilder lower = new(text.Length);
        foreach (Rune rune in text.EnumerateRunes()) LowerCase.Append(lower, rune);
        return lower.ToString();
    }

    static bool IsDropped(Rune rune) => rune.Value is 0 or 0xFFFD
        || rune.Value is not ('\t' or '\n' or '\r')
            && Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.PrivateUse;

    // The blocks of CJK ideographs; the alphabets of Japanese and Korean are written in words, or near enough.
    static bool IsChinese(int code) => code is >= 0x4E00 and <= 0x9FFF or >= 0x3400 and <= 0x4DBF or >= 0x20000 and <= 0x2A6DF
        or >= 0x2A700 and <= 0x2B73F or >= 0x2B740 and <= 0x2B81F or >= 0x2B820 and <= 0x2CEAF or >= 0xF900 and <= 0xFAFF or >= 0x2F800 and <= 0x2FA1F;

    /// <inheritdoc/>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("type", "BertNormalizer");
        json.WriteBoolean("clean_text", clean);
        json.WriteBoolean("handle_chinese_chars", chinese);
        if (stripAccents is { } strip) json.WriteBoolean("strip_accents", strip);
        else json.WriteNull("strip_accents");
        json.WriteBoolean("lowercase", lowercase);
        json.WriteEndObject();
    }
}
