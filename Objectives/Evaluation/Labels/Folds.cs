namespace NativeSsl;

/// <summary>Draws rows by their class, from Philox: the same for every set of features with the same labels, so rows of a report are
/// comparable.</summary>
static class Folds
{
    /// <summary>The places of each class, in an order drawn at random.</summary>
    /// <param name="labels">The class of each place.</param>
    /// <param name="classes">How many classes there are.</param>
    /// <param name="seed">The seed of the draws.</param>
    /// <param name="draw">Which of the draws.</param>
    internal static int[][] Shuffled(ReadOnlySpan<int> labels, int classes, ulong seed, int draw)
    {
        List<int>[] places = [.. Enumerable.Range(0, classes).Select(_ => new List<int>())];
        for (int i = 0; i < labels.Length; i++) places[labels[i]].Add(i);
        int[][] shuffled = [.. places.Select(list => list.ToArray())];
        for (int c = 0; c < classes; c++) new RandomSource(seed, ((ulong)draw << 32) | (uint)c).Shuffle<int>(shuffled[c]);
        return shuffled;
    }

    /// <summary>Cuts rows into parts in which every class has its share: row i belongs to part [i].</summary>
    internal static int[] Parts(ReadOnlySpan<int> labels, int classes, int parts, ulong seed)
    {
        int[] part = new int[labels.Length];
        foreach (int[] places in Shuffled(labels, classes, seed, draw: 0))
            for (int i = 0; i < places.Length; i++) part[places[i]] = i % parts;
        return part;
    }
}
