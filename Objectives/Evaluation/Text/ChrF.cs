namespace NativeSsl;

/// <summary>
/// How many stretches of one to n characters translations share with references: (1 + β²) P R / (β² P + R), with P and R the means over n of the shares
/// of the hypothesis's stretches that are right, and of the reference's that were found. Popović 2015, “chrF: character n-gram F-score for automatic MT
/// evaluation”, equation 1; n = 6 and β = 2 as Popović 2016, “chrF deconstructed”. Over a whole corpus, white space taken out, only orders that both
/// have, and of several references the one that fits best: what sacreBLEU computes under <c>case:mixed|eff:yes|nc:6|nw:0|space:no</c>.
/// </summary>
/// <param name="order">The longest stretch.</param>
/// <param name="beta">β: how many times as much finding counts as being right.</param>
public sealed class ChrF(int order = 6, double beta = 2)
{
    /// <summary>The score of a corpus with one reference for each hypothesis.</summary>
    /// <inheritdoc cref="Of(IReadOnlyList{string}, IReadOnlyList{IReadOnlyList{string}})"/>
    public double Of(IReadOnlyList<string> hypotheses, IReadOnlyList<string> references) =>
        Of(hypotheses, [.. references.Select(reference => (IReadOnlyList<string>)[reference])]);

    /// <summary>The score of a corpus, 0 … 100.</summary>
    /// <param name="hypotheses">What was said.</param>
    /// <param name="references">For each, what should have been said, in one or more ways.</param>
    /// <exception cref="ShapeException">There are not references for each hypothesis.</exception>
    public double Of(IReadOnlyList<string> hypotheses, IReadOnlyList<IReadOnlyList<string>> references) =>
        Of(TextStatistics.Sum("ChrF", hypotheses, references, Statistics));

    /// <summary>What is counted in one segment: for each n the stretches of the hypothesis, of the best reference, and those in both. Sums over segments
    /// give a corpus.</summary>
    /// <param name="hypothesis">What was said.</param>
    /// <param name="references">What should have been said.</param>
    public double[] Statistics(string hypothesis, IReadOnlyList<string> references)
    {
        Dictionary<string, int>[] said = Counts(hypothesis);
        double[]? best = null;
        foreach (string reference in references)
        {
            Dictionary<string, int>[] wanted = Counts(reference);
            double[] statistics = new double[3 * order];
            for (int n = 0; n < order; n++)
            {
                // What the reference is too short for does not count against the hypothesis.
                statistics[3 * n] = wanted[n].Count > 0 ? said[n].Values.Sum() : 0;
                statistics[3 * n + 1] = wanted[n].Values.Sum();
                statistics[3 * n + 2] = NGrams.Shared(said[n], wanted[n]);
            }
            if (best is null || Of(statistics) > Of(best)) best = statistics;
        }
        return best ?? throw new ShapeException("ChrF: there is no reference; at least one is needed.");
    }

    /// <summary>The score of sums of <see cref="Statistics"/>, 0 … 100.</summary>
    public double Of(ReadOnlySpan<double> statistics)
    {
        double precision = 0, recall = 0;
        int orders = 0;
        for (int n = 0; n < order; n++)
        {
            (double said, double wanted, double both) = (statistics[3 * n], statistics[3 * n + 1], statistics[3 * n + 2]);
            if (said == 0 || wanted == 0) continue;
            precision += both / said;
            recall += both / wanted;
            orders++;
        }
        if (precision + recall == 0) return 0;
        (precision, recall) = (precision / orders, recall / orders);
        return 100 * (1 + beta * beta) * precision * recall / (beta * beta * precision + recall);
    }

    Dictionary<string, int>[] Counts(string text)
    {
        string letters = string.Concat(text.Where(c => !char.IsWhiteSpace(c)));
        return [.. Enumerable.Range(1, order).Select(n => NGrams.OfCharacters(letters, n))];
    }
}
