namespace NativeSsl;

/// <summary>How well a clustering agrees with classes that it never saw. The numbers of clusters do not matter, only who is with
/// whom.</summary>
/// <param name="NormalizedMutualInformation">
/// I(clusters, classes) / mean of the two entropies, 0 … 1. Strehl &amp; Ghosh 2002, “Cluster ensembles”, section 2.2, with the arithmetic
/// mean.
/// </param>
/// <param name="AdjustedRandIndex">Pairs on whose togetherness both agree, beyond chance: 1 is agreement, 0 is chance. Hubert &amp; Arabie
/// 1985, “Comparing partitions”, equation 5.</param>
/// <param name="MatchedAccuracy">The accuracy after each cluster is given a class of its own, as favourably as possible
/// (<see cref="Hungarian"/>).</param>
public sealed record ClusterScores(double NormalizedMutualInformation, double AdjustedRandIndex, double MatchedAccuracy)
{
    /// <summary>Compares clusters with classes.</summary>
    /// <param name="clusters">The cluster of each row, from zero.</param>
    /// <param name="classes">The class of each row, from zero.</param>
    /// <exception cref="ShapeException">There are not as many of both, or none.</exception>
    /// <exception cref="IndexException">A number is negative.</exception>
    public static ClusterScores Of(IReadOnlyList<int> clusters, IReadOnlyList<int> classes)
    {
        var table = new ContingencyTable("ClusterScores", clusters, classes);
        return new(MutualInformation(table), Rand(table), Matched(table));
    }

    // One cluster against one class says nothing, and is complete agreement all the same.
    static double MutualInformation(ContingencyTable table)
    {
        double information = 0, n = table.Total;
        for (int i = 0; i < table.Clusters.Length; i++)
            for (int j = 0; j < table.Classes.Length; j++)
                if (table.Counts[i, j] > 0)
                    information += table.Counts[i, j] / n
                        * Math.Log(table.Counts[i, j] * n / ((double)table.Clusters[i] * table.Classes[j]));
        double entropies = Entropy(table.Clusters, n) + Entropy(table.Classes, n);
        return entropies == 0 ? 1 : Math.Clamp(2 * information / entropies, 0, 1);
    }

    static double Entropy(long[] counts, double n) => -counts.Where(count => count > 0).Sum(count => count / n * Math.Log(count / n));

    static double Rand(ContingencyTable table)
    {
        double together = table.Counts.Cast<long>().Sum(Pairs);
        double inClusters = table.Clusters.Sum(Pairs), inClasses = table.Classes.Sum(Pairs);
        double expected = table.Total < 2 ? 0 : inClusters * inClasses / Pairs(table.Total), most = (inClusters + inClasses) / 2;
        return most == expected ? 1 : (together - expected) / (most - expected);
    }

    static double Pairs(long count) => count * (count - 1) / 2.0;

    static double Matched(ContingencyTable table)
    {
        int size = Math.Max(table.Clusters.Length, table.Classes.Length);
        double[,] cost = new double[size, size];
        for (int i = 0; i < table.Clusters.Length; i++)
            for (int j = 0; j < table.Classes.Length; j++) cost[i, j] = -table.Counts[i, j];
        int[] match = Hungarian.Match(cost);
        return -Enumerable.Range(0, size).Sum(i => cost[i, match[i]]) / table.Total;
    }
}
