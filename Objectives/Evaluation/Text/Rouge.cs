namespace NativeSsl;

/// <summary>How much a summary and a reference have in common, 0 … 1 each.</summary>
/// <param name="Precision">The share of the summary that is in the reference.</param>
/// <param name="Recall">The share of the reference that is in the summary.</param>
public readonly record struct RougeScore(double Precision, double Recall)
{
    /// <summary>2 P R / (P + R); 0 if nothing is shared.</summary>
    public double FMeasure => Precision + Recall > 0 ? 2 * Precision * Recall / (Precision + Recall) : 0;
}

/// <summary>
/// How many words, pairs of words, or words in the same order a summary shares with a reference. Lin 2004, “ROUGE: a package for automatic evaluation of
/// summaries”, sections 2 (ROUGE-N) and 3.1 (ROUGE-L of a sentence, equations 2 to 4). Words are stretches of <c>a</c> … <c>z</c> and <c>0</c> … <c>9</c>
/// in lower case, not stemmed, as google-research's <c>rouge_score</c> has them by default.
/// </summary>
public static class Rouge
{
    /// <summary>Stretches of n words in common.</summary>
    /// <param name="reference">What a person wrote.</param>
    /// <param name="summary">What is judged.</param>
    /// <param name="n">1 for ROUGE-1, 2 for ROUGE-2.</param>
    /// <exception cref="NativeSslException">n is not positive.</exception>
    public static RougeScore N(string reference, string summary, int n)
    {
        if (n < 1) throw new NativeSslException($"Rouge: stretches of {n} words; at least one is needed.");
        string[] wanted = Words(reference), said = Words(summary);
        double shared = NGrams.Shared(NGrams.OfTokens(wanted, n), NGrams.OfTokens(said, n));
        return new(shared / Math.Max(1, said.Length - n + 1), shared / Math.Max(1, wanted.Length - n + 1));
    }

    // R = LCS(X, Y) / m,  P = LCS(X, Y) / n
    /// <summary>The longest sequence of words that both have in the same order, gaps allowed; the text is taken as one sentence.</summary>
    /// <param name="reference">What a person wrote: X, of m words.</param>
    /// <param name="summary">What is judged: Y, of n words.</param>
    public static RougeScore L(string reference, string summary)
    {
        string[] x = Words(reference), y = Words(summary);
        return x.Length == 0 || y.Length == 0 ? default : new((double)LongestCommon(x, y) / y.Length, (double)LongestCommon(x, y) / x.Length);
    }

    /// <summary>The mean over documents of the F-measure with the reference that fits best.</summary>
    /// <param name="references">The references of each document.</param>
    /// <param name="summaries">The summary of each document.</param>
    /// <param name="score">For example <see cref="L"/>.</param>
    /// <exception cref="ShapeException">There are not references for each summary.</exception>
    public static double Mean(IReadOnlyList<IReadOnlyList<string>> references, IReadOnlyList<string> summaries, Func<string, string, RougeScore> score) =>
        Statistics(references, summaries, score).Average(of => of[0]);

    /// <summary>For each document its F-measure and a one, so that sums give the mean: for <see cref="PairedBootstrap"/>.</summary>
    /// <inheritdoc cref="Mean"/>
    public static double[][] Statistics(IReadOnlyList<IReadOnlyList<string>> references, IReadOnlyList<string> summaries,
        Func<string, string, RougeScore> score) =>
        TextStatistics.Of("Rouge", summaries, references, (summary, of) => [of.Max(reference => score(reference, summary).FMeasure), 1]);

    static int LongestCommon(string[] x, string[] y)
    {
        int[] row = new int[y.Length + 1];                              // row[j]: of the words of x so far and the first j of y
        foreach (string word in x)
            for (int j = 1, diagonal = 0; j <= y.Length; j++)
            {
                int above = row[j];
                row[j] = word == y[j - 1] ? diagonal + 1 : Math.Max(above, row[j - 1]);
                diagonal = above;
            }
        return row[^1];
    }

    internal static string[] Words(string text)
    {
        char[] letters = text.ToLowerInvariant().ToCharArray();
        for (int i = 0; i < letters.Length; i++) if (!char.IsAsciiLetterOrDigit(letters[i])) letters[i] = ' ';
        return new string(letters).Split(' ', StringSplitOptions.RemoveEmptyEntries);
    }
}
