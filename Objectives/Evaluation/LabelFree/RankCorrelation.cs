namespace NativeSsl;

/// <summary>
/// Whether two scores put things in the same order: Spearman's ρ, the correlation of ranks, where equal values share the mean of their
/// ranks (Kendall 1945, “The treatment of ties in ranking problems”).
/// </summary>
public static class RankCorrelation
{
    /// <summary>−1 … 1; NaN if one of the scores is the same everywhere, since then there is no order.</summary>
    /// <exception cref="ShapeException">There are not as many of both, or fewer than two.</exception>
    public static double Spearman(ReadOnlySpan<double> first, ReadOnlySpan<double> second)
    {
        if (first.Length != second.Length || first.Length < 2)
            throw new ShapeException($"RankCorrelation: {first.Length} and {second.Length} values; as many of both are needed, and at " +
                "least two.");
        double[] x = Ranks(first), y = Ranks(second);
        double mean = (first.Length + 1) / 2.0, both = 0, ofX = 0, ofY = 0;
        for (int i = 0; i < x.Length; i++)
        {
            both += (x[i] - mean) * (y[i] - mean);
            ofX += (x[i] - mean) * (x[i] - mean);
            ofY += (y[i] - mean) * (y[i] - mean);
        }
        return both / Math.Sqrt(ofX * ofY);
    }

    /// <summary>From 1 for the smallest; equal values share the mean of their ranks.</summary>
    internal static double[] Ranks(ReadOnlySpan<double> values)
    {
        double[] sorted = values.ToArray();
        int[] places = [.. Enumerable.Range(0, sorted.Length)];
        Array.Sort(sorted, places);
        double[] ranks = new double[sorted.Length];
        for (int start = 0, end; start < sorted.Length; start = end)
        {
            for (end = start + 1; end < sorted.Length && sorted[end].Equals(sorted[start]);) end++;
            for (int i = start; i < end; i++) ranks[places[i]] = (start + 1 + end) / 2.0;
        }
        return ranks;
    }
}
