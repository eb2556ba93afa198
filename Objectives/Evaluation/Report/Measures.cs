namespace NativeSsl;

/// <summary>Which measures of features a report has.</summary>
public sealed record MeasureOptions
{
    /// <summary>The k of the nearest neighbours.</summary>
    public IReadOnlyList<int> Neighbours { get; init; } = [20, 200];
    /// <summary>The labels of the probes; a budget that the set cannot pay is left out.</summary>
    public IReadOnlyList<LabelBudget> Budgets { get; init; } = LabelBudget.Usual;
    /// <summary>How often labels are drawn.</summary>
    public int Draws { get; init; } = 5;
    /// <summary>The seed of labels and first centres.</summary>
    public ulong Seed { get; init; }
    /// <summary>How each probe is fitted.</summary>
    public LinearProbeOptions Probe { get; init; } = new();
    /// <summary>Whether test features are also clustered, k being the number of classes.</summary>
    public bool Clusters { get; init; } = true;
    /// <summary>Whether uniformity, RankMe and spread are measured.</summary>
    public bool LabelFree { get; init; } = true;
}

/// <summary>Puts a set of features through every measure that needs nothing but features, in the same order and with the same draws for
/// each row.</summary>
public static class Measures
{
    /// <summary>Measures one row.</summary>
    /// <param name="card">The report.</param>
    /// <param name="row">The row that the scores belong to.</param>
    /// <param name="train">Its features of the training split: banks and probes.</param>
    /// <param name="test">Its features of the test split: queries.</param>
    /// <param name="options">Which measures.</param>
    /// <exception cref="NativeSslException">The splits are mixed up, or there are no labels.</exception>
    public static void Add(ReportCard card, ReportRow row, FeatureSet train, FeatureSet test, MeasureOptions? options = null)
    {
        options ??= new MeasureOptions();
        if (options.Neighbours.Count > 0)
        {
            int[][] predicted = new NearestNeighbours(train).Predict(test.Values, [.. options.Neighbours]);
            for (int i = 0; i < predicted.Length; i++)
                card.Add(row, FormattableString.Invariant($"kNN-{options.Neighbours[i]}"), test.Accuracy(predicted[i]));
        }
        foreach (LabelBudget budget in options.Budgets)
            if (budget.Fits(train.Labels))
                card.Add(row, $"probe {budget}", FewLabelProbe.Of(train, test, budget, options.Draws, options.Seed, options.Probe));
        if (options.Clusters) AddClusters(card, row, test, options);
        if (options.LabelFree)
        {
            card.Add(row, "uniformity", Uniformity.Of(test.Values), isShare: false);
            card.Add(row, "RankMe", RankMe.Of(test.Values), isShare: false);
            card.Add(row, "spread", Spread.Of(test.Values), isShare: false);
        }
    }

    // On the sphere, as neighbours are sought.
    static void AddClusters(ReportCard card, ReportRow row, FeatureSet test, MeasureOptions options)
    {
        Tensor directions;
        using (Tape.NoGradient()) directions = test.Values.Normalize();
        KMeans clusters = KMeans.Fit(directions, Math.Min(test.Classes, test.Count), options.Seed, runs: options.Draws);
        ClusterScores scores = ClusterScores.Of(clusters.Assignment, test.Labels.ToArray());
        card.Add(row, "NMI", scores.NormalizedMutualInformation);
        card.Add(row, "ARI", scores.AdjustedRandIndex);
        card.Add(row, "matched accuracy", scores.MatchedAccuracy);
    }
}
