namespace NativeSsl;

/// <summary>How often each cluster meets each class: all that scores of a clustering look at.</summary>
sealed class ContingencyTable
{
    /// <summary>nᵢⱼ, rows of cluster i that are of class j.</summary>
    internal long[,] Counts { get; }
    /// <summary>aᵢ, the rows of each cluster.</summary>
    internal long[] Clusters { get; }
    /// <summary>bⱼ, the rows of each class.</summary>
    internal long[] Classes { get; }
    /// <summary>All rows.</summary>
    internal long Total { get; }

    internal ContingencyTable(string score, IReadOnlyList<int> clusters, IReadOnlyList<int> classes)
    {
        if (clusters.Count != classes.Count || clusters.Count == 0)
            throw new ShapeException($"{score}: {clusters.Count} clusters for {classes.Count} classes; as many of both are needed, and " +
                "at least one.");
        if (clusters.Min() < 0 || classes.Min() < 0) throw new IndexException($"{score}: clusters and classes are numbered from zero.");
        (Counts, Clusters, Classes, Total) =
            (new long[clusters.Max() + 1, classes.Max() + 1], new long[clusters.Max() + 1], new long[classes.Max() + 1], clusters.Count);
        for (int i = 0; i < clusters.Count; i++)
        {
            Counts[clusters[i], classes[i]]++;
            Clusters[clusters[i]]++;
            Classes[classes[i]]++;
        }
    }
}
