using System.Text;

namespace NativeSsl;

/// <summary>What happens to words.</summary>
public enum TextDamage
{
    /// <summary>Two letters beside each other change places.</summary>
    Swap,
    /// <summary>A letter is left out.</summary>
    Drop,
    /// <summary>A letter too many, of <c>a</c> … <c>z</c>.</summary>
    Insert,
    /// <summary>A letter becomes another one of <c>a</c> … <c>z</c>.</summary>
    Replace,
    /// <summary>The whole word is left out, but never all words.</summary>
    DropWord,
}

/// <summary>
/// Texts with slips of the pen: the kinds of Belinkov &amp; Bisk 2018, “Synthetic and natural noise both break neural machine translation”, section 4.2,
/// and words that are missing. Which words are hit is decided by seed, number and place alone, and a word that is hit at one rate is hit at every higher one.
/// </summary>
public static class SpoiltTexts
{
    /// <summary>The share of words that are hit at severities 1 … 5.</summary>
    public static IReadOnlyList<double> Rates { get; } = [0.1, 0.2, 0.3, 0.4, 0.5];

    /// <summary>The same texts, spoilt.</summary>
    /// <param name="texts">The texts.</param>
    /// <param name="damage">What happens to a word that is hit.</param>
    /// <param name="severity">1 … 5: see <see cref="Rates"/>.</param>
    /// <param name="seed">The seed of places and letters.</param>
    /// <exception cref="NativeSslException">There is no such severity.</exception>
    public static LabelledTexts Of(LabelledTexts texts, TextDamage damage, int severity, ulong seed = 0) => severity >= 1 && severity <= Rates.Count
        ? texts.WithTexts((text, number) => Spoil(text, damage, Rates[severity - 1], seed, (ulong)number))
        : throw new NativeSslException($"SpoiltTexts: severity {severity}; 1 … {Rates.Count} are known.");

    /// <summary>One text, spoilt.</summary>
    /// <param name="text">The text; words are what stands between spaces.</param>
    /// <param name="damage">What happens to a word that is hit. Words of one character are not swapped and keep their only letter.</param>
    /// <param name="rate">The probability that a word is hit, 0 … 1.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="number">The number of the text.</param>
    /// <exception cref="NativeSslException">The rate is none.</exception>
    public static string Spoil(string text, TextDamage damage, double rate, ulong seed, ulong number)
    {
        if (!(rate is >= 0 and <= 1)) throw new NativeSslException(FormattableString.Invariant($"SpoiltTexts: a rate of {rate}; 0 … 1 is expected."));
        string[] words = text.Split(' ');
        var random = new RandomSource(seed, number);
        (double Hit, double Place, double Letter)[] draws = [.. words.Select(_ => (random.NextDouble(), random.NextDouble(), random.NextDouble()))];
        if (damage != TextDamage.DropWord)
            return string.Join(' ', words.Select((word, i) => draws[i].Hit < rate ? Slip(word, damage, draws[i].Place, draws[i].Letter) : word));
        int[] real = [.. Enumerable.Range(0, words.Length).Where(i => words[i].Length > 0)];
        if (real.Length == 0) return text;
        int safe = real.MaxBy(i => draws[i].Hit);                                       // the last word that any rate would reach
        return string.Join(' ', real.Where(i => i == safe || draws[i].Hit >= rate).Select(i => words[i]));
    }

    static string Slip(string word, TextDamage damage, double place, double letter)
    {
        List<Rune> runes = [.. word.EnumerateRunes()];
        bool needsTwo = damage is TextDamage.Swap or TextDamage.Drop;
        if (runes.Count < (needsTwo ? 2 : 1)) return word;
        int at = (int)(place * (runes.Count - (damage == TextDamage.Swap ? 1 : 0) + (damage == TextDamage.Insert ? 1 : 0)));
        switch (damage)
        {
            case TextDamage.Swap: (runes[at], runes[at + 1]) = (runes[at + 1], runes[at]); break;
            case TextDamage.Drop: runes.RemoveAt(at); break;
            case TextDamage.Insert: runes.Insert(at, new Rune('a' + (int)(letter * 26))); break;
            default:
                // One of the 25 others, so that a letter never becomes itself.
                var other = new Rune('a' + (int)(letter * 25));
                int old = runes[at].Value;
                runes[at] = old is >= 'a' and <= 'z' && other.Value >= old ? new Rune(other.Value + 1) : other;
                break;
        }
        return string.Concat(runes);
    }
}
