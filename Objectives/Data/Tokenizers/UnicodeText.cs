using System.Text;

namespace NativeSsl;

/// <summary>What is Unicode text, and its characters in messages.</summary>
static class UnicodeText
{
    /// <summary>Refuses what is no Unicode text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="number">Which of several it is, for the message.</param>
    /// <exception cref="MalformedFileException">Half of a surrogate pair; the message names its place.</exception>
    internal static void Check(string text, long? number = null)
    {
        for (int i = 0; i < text.Length;)
        {
            int found = text.AsSpan(i).IndexOfAnyInRange('\uD800', '\uDFFF');
            if (found < 0) return;
            i += found;
            if (!Rune.TryGetRuneAt(text, i, out Rune rune))
                throw new MalformedFileException(number is null ? "text" : $"text {number}",
                    $"half of a surrogate pair at character {i}; it is no Unicode text.");
            i += rune.Utf16SequenceLength;
        }
    }

    /// <summary>For messages: <c>'ü' (U+00FC)</c>.</summary>
    internal static string Show(Rune rune) => Rune.IsControl(rune) ? $"U+{rune.Value:X4}" : $"'{rune}' (U+{rune.Value:X4})";
}
