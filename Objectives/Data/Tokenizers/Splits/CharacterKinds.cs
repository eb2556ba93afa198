using System.Globalization;
using System.Text;

namespace NativeSsl;

/// <summary>What the published patterns mean by their classes. Over whole characters, not UTF-16 halves as .NET's Regex has it: 𝒲 is a letter.</summary>
static class CharacterKinds
{
    /// <summary><c>\p{L}</c>.</summary>
    internal static bool IsLetter(Rune rune) => Rune.IsLetter(rune);

    /// <summary><c>\p{N}</c>: digits, letters that are numbers, and others such as ½.</summary>
    internal static bool IsNumber(Rune rune) => Rune.IsNumber(rune);

    /// <summary><c>\s</c>.</summary>
    internal static bool IsSpace(Rune rune) => Rune.IsWhiteSpace(rune);

    /// <summary><c>[^\s\p{L}\p{N}]</c>.</summary>
    internal static bool IsOther(Rune rune) => !IsSpace(rune) && !IsLetter(rune) && !IsNumber(rune);

    /// <summary>BERT's punctuation: Unicode's, and every ASCII character that is neither letter, digit, space nor control.</summary>
    internal static bool IsPunctuation(Rune rune) => rune.IsAscii
        ? rune.Value is >= 33 and <= 47 or >= 58 and <= 64 or >= 91 and <= 96 or >= 123 and <= 126
        : Rune.GetUnicodeCategory(rune) is UnicodeCategory.ConnectorPunctuation or UnicodeCategory.DashPunctuation
            or UnicodeCategory.OpenPunctuation or UnicodeCategory.ClosePunctuation or UnicodeCategory.InitialQuotePunctuation
            or UnicodeCategory.FinalQuotePunctuation or UnicodeCategory.OtherPunctuation;

    /// <summary>Where a run of one kind ends.</summary>
    internal static int RunEnd(ReadOnlySpan<char> text, int at, Func<Rune, bool> kind)
    {
        while (at < text.Length)
        {
            Rune.DecodeFromUtf16(text[at..], out Rune rune, out int length);
            if (!kind(rune)) break;
            at += length;
        }
        return at;
    }

    /// <summary>The length of an English ending such as <c>'s</c> that stands here; 0 if none does.</summary>
    internal static int Contraction(ReadOnlySpan<char> text)
    {
        if (text.Length < 2 || text[0] != '\'') return 0;
        if (text[1] is 's' or 't' or 'm' or 'd') return 2;
        return text.Length > 2 && text[1..3] is "re" or "ve" or "ll" ? 3 : 0;
    }
}
