namespace NativeSsl;

/// <summary>A BLEU score and what it is made of.</summary>
/// <param name="Score">0 … 100.</param>
/// <param name="Precisions">pₙ for n = 1 … 4, smoothed, 0 … 1.</param>
/// <param name="BrevityPenalty">BP, 0 … 1.</param>
/// <param name="Length">c, the tokens of all hypotheses.</param>
/// <param name="ReferenceLength">r, the tokens of the references nearest in length.</param>
public sealed record BleuScore(double Score, IReadOnlyList<double> Precisions, double BrevityPenalty, long Length, long ReferenceLength);

/// <summary>
/// How many stretches of one to four tokens translations share with references: BP · exp(¼ Σₙ ln pₙ), with BP = exp(1 − r / c) if c &lt; r. Papineni,
/// Roukos, Ward &amp; Zhu 2002, “BLEU: a method for automatic evaluation of machine translation”, section 2.3; over a whole corpus, with the tokens of
/// <see cref="Mteval13a"/>, case kept, and a precision of nothing smoothed to 1 / (2ᵏ · total), k counting these (NIST's way: Chen &amp; Cherry 2014, “A
/// systematic comparison of smoothing techniques for sentence-level BLEU”, method 3). What sacreBLEU computes under
/// <c>case:mixed|eff:no|tok:13a|smooth:exp</c>.
/// </summary>
public static class Bleu
{
    const int Order = 4;

    /// <summary>The score of a corpus with one reference for each hypothesis.</summary>
    /// <inheritdoc cref="Of(IReadOnlyList{string}, IReadOnlyList{IReadOnlyList{string}})"/>
    public static BleuScore Of(IReadOnlyList<string> hypotheses, IReadOnlyList<string> references) =>
        Of(hypotheses, [.. references.Select(reference => (IReadOnlyList<string>)[reference])]);

    /// <summary>The score of a corpus.</summary>
    /// <param name="hypotheses">What was said.</param>
    /// <param name="references">For each, what should have been said, in one or more ways.</param>
    /// <exception cref="ShapeException">There are not references for each hypothesis.</exception>
    public static BleuScore Of(IReadOnlyList<string> hypotheses, IReadOnlyList<IReadOnlyList<string>> references) =>
        Of(TextStatistics.Sum("Bleu", hypotheses, references, Statistics));

    /// <summary>What is counted in one segment: c, r, then how many stretches of 1 … 4 tokens were right, then how many there were. Sums over segments
    /// give a corpus.</summary>
    /// <param name="hypothesis">What was said.</param>
    /// <param name="references">What should have been said.</param>
    public static double[] Statistics(string hypothesis, IReadOnlyList<string> references)
    {
        string[] tokens = Mteval13a.Tokenize(hypothesis);
        string[][] wanted = [.. references.Select(Mteval13a.Tokenize)];
        double[] statistics = new double[2 + 2 * Order];
        statistics[0] = tokens.Length;
        // Of two references as near in length the shorter counts.
        statistics[1] = wanted.Select(reference => reference.Length).OrderBy(length => Math.Abs(length - tokens.Length)).ThenBy(length => length).First();
        for (int n = 1; n <= Order; n++)
        {
            Dictionary<string, int> most = NGrams.OfTokens(wanted[0], n);
            foreach (string[] reference in wanted[1..])
                foreach ((string key, int count) in NGrams.OfTokens(reference, n)) most[key] = Math.Max(most.GetValueOrDefault(key), count);
            statistics[1 + n] = NGrams.Shared(NGrams.OfTokens(tokens, n), most);
            statistics[1 + Order + n] = Math.Max(0, tokens.Length - n + 1);
        }
        return statistics;
    }

    /// <summary>The score of sums of <see cref="Statistics"/>.</summary>
    public static BleuScore Of(ReadOnlySpan<double> statistics)
    {
        (double c, double r) = (statistics[0], statistics[1]);
        double penalty = c >= r ? 1 : c > 0 ? Math.Exp(1 - r / c) : 0, logarithms = 0, smooth = 1;
        double[] p = new double[Order];
        bool any = statistics.Slice(2, Order).ContainsAnyExcept(0.0);
        for (int n = 0; n < Order && any && statistics[2 + Order + n] > 0; n++)
        {
            (double right, double total) = (statistics[2 + n], statistics[2 + Order + n]);
            p[n] = right > 0 ? right / total : 1 / ((smooth *= 2) * total);
            logarithms += Math.Log(p[n]);
        }
        return new(p[^1] > 0 ? 100 * penalty * Math.Exp(logarithms / Order) : 0, p, penalty, (long)c, (long)r);
    }
}
