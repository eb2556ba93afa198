namespace NativeSsl;

/// <summary>
/// Whether one system is better than another on the same texts, or was lucky with them: both are judged again on many test sets drawn from the one there
/// is, with replacement, the same for both. Koehn 2004, “Statistical significance tests for machine translation evaluation”, section 4.
/// </summary>
/// <param name="First">The first system's score on the whole set.</param>
/// <param name="Second">The second system's.</param>
/// <param name="FirstWins">The share of draws on which the first is better: from 0.95 on, Koehn calls it significantly so.</param>
/// <param name="Low">The difference First − Second that 2.5 % of the draws stay below.</param>
/// <param name="High">The difference that 97.5 % stay below.</param>
public sealed record PairedBootstrap(double First, double Second, double FirstWins, double Low, double High)
{
    /// <summary>Compares two systems.</summary>
    /// <param name="first">What is counted in each segment for the first system: of <see cref="Bleu.Statistics"/>, for example.</param>
    /// <param name="second">The same for the second.</param>
    /// <param name="score">The score of sums of these counts.</param>
    /// <param name="samples">How many test sets are drawn.</param>
    /// <param name="seed">The seed of the draws.</param>
    /// <exception cref="ShapeException">The two have not as many segments and counts, or there are none.</exception>
    /// <exception cref="NativeSslException">No test set is to be drawn.</exception>
    public static PairedBootstrap Of(IReadOnlyList<double[]> first, IReadOnlyList<double[]> second, Func<double[], double> score, int samples = 1000,
        ulong seed = 0)
    {
        if (first.Count != second.Count || first.Count == 0 || first.Concat(second).Any(counts => counts.Length != first[0].Length))
            throw new ShapeException($"PairedBootstrap: {first.Count} and {second.Count} segments; as many of both are needed, at least one, " +
                "and as many counts in each.");
        if (samples < 1) throw new NativeSslException($"PairedBootstrap: {samples} draws; at least one is needed.");
        int n = first.Count, wins = 0;
        int[] all = [.. Enumerable.Range(0, n)], drawn = new int[n];
        double[] differences = new double[samples];
        for (int sample = 0; sample < samples; sample++)
        {
            var random = new RandomSource(seed, (ulong)sample);
            for (int i = 0; i < n; i++) drawn[i] = random.NextInt(n);
            differences[sample] = score(Sum(first, drawn)) - score(Sum(second, drawn));
            if (differences[sample] > 0) wins++;
        }
        Array.Sort(differences);
        return new(score(Sum(first, all)), score(Sum(second, all)), (double)wins / samples, differences[(int)(0.025 * samples)],
            differences[Math.Min(samples - 1, (int)(0.975 * samples))]);
    }

    static double[] Sum(IReadOnlyList<double[]> segments, int[] places)
    {
        double[] sum = new double[segments[0].Length];
        foreach (int place in places) for (int i = 0; i < sum.Length; i++) sum[i] += segments[place][i];
        return sum;
    }
}
