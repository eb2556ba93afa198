namespace NativeSsl;

/// <summary>
/// Which labels a classifier with a budget knows. A draw depends on the labels, the budget, its number and the seed, and on nothing else:
/// every row of a report is asked the same questions. Draws have no label in common as long as there are enough, so their results are
/// independent.
/// </summary>
public static class LabelDraws
{
    /// <summary>The places whose labels are known, in ascending order.</summary>
    /// <param name="labels">The class of each place.</param>
    /// <param name="budget">How many of each class.</param>
    /// <param name="draw">Which draw, from zero.</param>
    /// <param name="seed">The seed of all draws.</param>
    /// <exception cref="NativeSslException">A class that occurs has too few labels, or there are none.</exception>
    public static int[] Of(ReadOnlySpan<int> labels, LabelBudget budget, int draw, ulong seed = 0)
    {
        if (labels.IsEmpty) throw new NativeSslException("LabelDraws: there are no labels to draw from.");
        int classes = 0;
        foreach (int label in labels) classes = Math.Max(classes, label + 1);
        List<int> places = [];
        int[][] shuffled = Folds.Shuffled(labels, classes, seed, draw: 0);
        for (int c = 0; c < classes; c++)
        {
            int available = shuffled[c].Length, count = available == 0 ? 0 : budget.Of(available);
            if (count > available)
                throw new NativeSslException($"LabelDraws: {budget} asked for, but class {c} has {available} labels. LabelBudget.Fits " +
                    "tells beforehand.");
            // One piece after the other of one order, and round again at its end.
            for (int i = 0; i < count; i++) places.Add(shuffled[c][(int)(((long)draw * count + i) % available)]);
        }
        places.Sort();
        return [.. places];
    }
}
