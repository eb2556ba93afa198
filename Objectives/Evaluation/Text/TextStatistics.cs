namespace NativeSsl;

/// <summary>Counts of single segments, which add up to those of a corpus.</summary>
static class TextStatistics
{
    /// <summary>The counts of every segment.</summary>
    /// <exception cref="ShapeException">There are not references for each hypothesis, or there are no hypotheses.</exception>
    internal static double[][] Of(string who, IReadOnlyList<string> hypotheses, IReadOnlyList<IReadOnlyList<string>> references,
        Func<string, IReadOnlyList<string>, double[]> statistics)
    {
        if (hypotheses.Count != references.Count || hypotheses.Count == 0)
            throw new ShapeException($"{who}: {hypotheses.Count} hypotheses and references for {references.Count}; " +
                "as many of both are needed, and at least one.");
        for (int i = 0; i < references.Count; i++)
            if (references[i].Count == 0) throw new ShapeException($"{who}: hypothesis {i} has no reference; each needs one at least.");
        return [.. hypotheses.Select((hypothesis, i) => statistics(hypothesis, references[i]))];
    }

    /// <summary>The counts of all segments together.</summary>
    internal static double[] Sum(string who, IReadOnlyList<string> hypotheses, IReadOnlyList<IReadOnlyList<string>> references,
        Func<string, IReadOnlyList<string>, double[]> statistics)
    {
        double[][] each = Of(who, hypotheses, references, statistics);
        double[] sum = new double[each[0].Length];
        foreach (double[] segment in each) for (int i = 0; i < sum.Length; i++) sum[i] += segment[i];
        return sum;
    }
}
