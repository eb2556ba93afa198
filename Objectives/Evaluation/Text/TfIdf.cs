using System.Globalization;
using System.Text;

namespace NativeSsl;

/// <summary>Which words are counted, and how.</summary>
public sealed record TfIdfOptions
{
    /// <summary>The longest stretch of words that counts as one term; 1 for single words.</summary>
    public int MostWords { get; init; } = 2;
    /// <summary>Terms of fewer training texts are left out.</summary>
    public int LeastTexts { get; init; } = 1;
    /// <summary>Whether the logarithm of a count is taken, so that the tenth occurrence says less than the first.</summary>
    public bool IsSublinear { get; init; } = true;
}

/// <summary>
/// Texts as bags of words, rare words weighing more: (1 + ln tf) · (1 + ln((1 + n) / (1 + df))), each row brought to length one, where tf is how often a
/// term stands in the text and df in how many of the n training texts. Salton &amp; Buckley 1988, “Term-weighting approaches in automatic text retrieval”;
/// words, smoothing and length as scikit-learn's TfidfVectorizer defines them: lower case, stretches of two or more letters, digits and underscores.
/// </summary>
public sealed class TfIdf
{
    readonly Dictionary<string, int> _columns = new(StringComparer.Ordinal);
    readonly TfIdfOptions _options;
    readonly double[] _weights;

    TfIdf(TfIdfOptions options, IEnumerable<KeyValuePair<string, int>> texts, int count)
    {
        _options = options;
        KeyValuePair<string, int>[] kept = [.. texts.Where(entry => entry.Value >= options.LeastTexts).OrderBy(entry => entry.Key, StringComparer.Ordinal)];
        if (kept.Length == 0)
            throw new NativeSslException($"TfIdf: no term stands in at least {options.LeastTexts} of {count} texts; there is nothing to count.");
        for (int i = 0; i < kept.Length; i++) _columns[kept[i].Key] = i;
        _weights = [.. kept.Select(entry => 1 + Math.Log((1.0 + count) / (1.0 + entry.Value)))];
        Terms = [.. kept.Select(entry => entry.Key)];
    }

    /// <summary>The terms, sorted: one column each.</summary>
    public IReadOnlyList<string> Terms { get; }
    /// <summary>How much each term weighs: 1 + ln((1 + n) / (1 + df)).</summary>
    public IReadOnlyList<double> Weights => _weights;

    /// <summary>Learns terms and weights from training texts.</summary>
    /// <param name="texts">The texts.</param>
    /// <param name="options">Which terms.</param>
    /// <exception cref="NativeSslException">No term is left, or stretches have no words.</exception>
    public static TfIdf Fit(IEnumerable<string> texts, TfIdfOptions? options = null)
    {
        options ??= new TfIdfOptions();
        if (options.MostWords < 1) throw new NativeSslException($"TfIdf: terms of up to {options.MostWords} words; at least one is needed.");
        Dictionary<string, int> found = new(StringComparer.Ordinal);
        int count = 0;
        foreach (string text in texts)
        {
            count++;
            foreach (string term in Counts(text, options).Keys) NGrams.Add(found, term, 1);
        }
        return new(options, found, count);
    }

    /// <summary>One row for each text; terms that training did not know are left out.</summary>
    public SparseRows Transform(IEnumerable<string> texts) => SparseRows.Of(Terms.Count, texts.Select(Row));

    Dictionary<int, double> Row(string text)
    {
        Dictionary<int, double> row = [];
        foreach ((string term, int count) in Counts(text, _options))
            if (_columns.TryGetValue(term, out int column)) row[column] = (_options.IsSublinear ? 1 + Math.Log(count) : count) * _weights[column];
        // In the order of the columns, so that a text has the same row whatever the order of its words.
        double length = Math.Sqrt(row.OrderBy(entry => entry.Key).Sum(entry => entry.Value * entry.Value));
        return row.ToDictionary(entry => entry.Key, entry => entry.Value / length);
    }

    static Dictionary<string, int> Counts(string text, TfIdfOptions options)
    {
        string[] words = Words(text);
        Dictionary<string, int> counts = NGrams.OfTokens(words, 1);
        for (int n = 2; n <= options.MostWords; n++)
            foreach ((string term, int count) in NGrams.OfTokens(words, n)) counts[term] = count;
        return counts;
    }

    /// <summary>Stretches of two or more letters, digits and underscores, in lower case.</summary>
    internal static string[] Words(string text)
    {
        List<string> words = [];
        StringBuilder word = new();
        int letters = 0;
        foreach (Rune rune in $"{text.ToLowerInvariant()} ".EnumerateRunes())
        {
            if (Rune.IsLetterOrDigit(rune) || rune.Value == '_' || Rune.GetUnicodeCategory(rune) is UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber)
            {
                word.Append(rune);
                letters++;
                continue;
            }
            if (letters > 1) words.Add(word.ToString());
            word.Clear();
            letters = 0;
        }
        return [.. words];
    }
}
