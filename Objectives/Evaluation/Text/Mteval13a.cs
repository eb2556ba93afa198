using System.Text.RegularExpressions;

namespace NativeSsl;

/// <summary>
/// The tokens that BLEU is counted in unless another way is named: those of NIST's <c>mteval-v13a.pl</c> for western languages, as sacreBLEU's “13a” has
/// them (Post 2018, “A call for clarity in reporting BLEU scores”). Case stays. Only ASCII marks are cut off; points and commas stay between digits.
/// </summary>
public static partial class Mteval13a
{
    // All ASCII marks but apostrophe, comma, hyphen and point. A space stands among them, which changes nothing.
    [GeneratedRegex(@"([{-~\[-` -&(-+:-@/])")] private static partial Regex Marks { get; }
    [GeneratedRegex(@"([^0-9])([.,])")] private static partial Regex BehindNoDigit { get; }
    [GeneratedRegex(@"([.,])([^0-9])")] private static partial Regex BeforeNoDigit { get; }
    [GeneratedRegex(@"([0-9])(-)")] private static partial Regex HyphenBehindDigit { get; }

    /// <summary>The tokens of a text.</summary>
    public static string[] Tokenize(string text)
    {
        string line = text.TrimEnd().Replace("<skipped>", "", StringComparison.Ordinal).Replace("-\n", "", StringComparison.Ordinal)
            .Replace('\n', ' ').Replace("&quot;", "\"", StringComparison.Ordinal).Replace("&amp;", "&", StringComparison.Ordinal)
            .Replace("&lt;", "<", StringComparison.Ordinal).Replace("&gt;", ">", StringComparison.Ordinal);
        line = Marks.Replace($" {line} ", " $1 ");
        line = BehindNoDigit.Replace(line, "$1 $2 ");
        line = BeforeNoDigit.Replace(line, " $1 $2");
        line = HyphenBehindDigit.Replace(line, "$1 $2 ");
        return line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
    }
}
