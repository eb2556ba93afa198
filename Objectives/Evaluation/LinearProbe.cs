namespace NativeSsl;

/// <summary>How a linear probe is fitted.</summary>
public sealed record LinearProbeOptions
{
    /// <summary>The λ to choose from.</summary>
    public IReadOnlyList<double> Strengths { get; init; } = [1, 0.1, 0.01, 1e-3, 1e-4, 1e-5];
    /// <summary>λ where some class has fewer than two labels, so that nothing can be held out.</summary>
    public double StrengthWithoutChoice { get; init; } = 0.1;
    /// <summary>The labels are cut into so many parts, and one of them is held out.</summary>
    public int Parts { get; init; } = 5;
    /// <summary>Up to so many labels each of the parts is held out in turn (cross-validation); above, only the first.</summary>
    public int InTurnUpTo { get; init; } = 2000;
    /// <summary>Decides which labels are held out.</summary>
    public ulong Seed { get; init; }
}

/// <summary>
/// How well a linear classifier does on frozen features: logistic regression on features standardised by the training split. λ is the one with
/// the best accuracy on labels held out of the training split; then all of them are fitted. Nothing here has ever seen a test image:
/// a set of the test split is refused.
/// </summary>
/// <remarks>Alain &amp; Bengio 2017, “Understanding intermediate layers using linear classifier probes”.</remarks>
public sealed class LinearProbe
{
    readonly FeatureSet _train;
    readonly Standardization _standardization;

    LinearProbe(FeatureSet train, Standardization standardization, LogisticRegression model, double strength, double? heldOut) =>
        (_train, _standardization, Model, Strength, HeldOutAccuracy) = (train, standardization, model, strength, heldOut);

    /// <summary>The classifier of standardised features.</summary>
    public LogisticRegression Model { get; }
    /// <summary>The chosen λ.</summary>
    public double Strength { get; }
    /// <summary>The accuracy on held-out labels that chose it, 0 … 1; null if there were too few labels to choose.</summary>
    public double? HeldOutAccuracy { get; }

    /// <summary>Fits to all labels of the training split.</summary>
    /// <exception cref="NativeSslException">The features are of the test split, unlabelled or empty, or no λ is given.</exception>
    public static LinearProbe Fit(FeatureSet train, LinearProbeOptions? options = null) =>
        Fit(train, [.. Enumerable.Range(0, train.Count)], options);

    /// <summary>Fits to some labels of the training split. Mean and deviation are those of the whole split: they ask for no labels.</summary>
    /// <param name="train">The features.</param>
    /// <param name="labelled">The rows whose labels are known.</param>
    /// <param name="options">The λ to choose from.</param>
    /// <inheritdoc cref="Fit(FeatureSet, LinearProbeOptions)"/>
    public static LinearProbe Fit(FeatureSet train, ReadOnlySpan<int> labelled, LinearProbeOptions? options = null)
    {
        options ??= new LinearProbeOptions();
        if (options.Strengths.Count == 0) throw new NativeSslException("LinearProbe: no λ to choose from is given.");
        Standardization standardization = Standardization.Of(train.ForLearning("LinearProbe").Values);
        FeatureSet known = train.Take(labelled).ForLearning("LinearProbe");
        known = new(known.Name, known.Split, standardization.Apply(known.Values), known.Labels.ToArray(), known.Classes);
        (double strength, double? heldOut) = Choose(known, options);
        LogisticRegression model = LogisticRegression.Fit(known.Values, known.Labels, known.Classes, strength);
        return new LinearProbe(train, standardization, model, strength, heldOut);
    }

    /// <summary>The class of each row.</summary>
    /// <param name="features"><c>[count, width]</c>, as they come from the encoder.</param>
    public int[] Predict(Tensor features)
    {
        _train.CheckQueries("LinearProbe", features);
        return Model.Predict(_standardization.Apply(features));
    }

    /// <summary>The share of rows whose class was said rightly, 0 … 1.</summary>
    public double Accuracy(FeatureSet features) => features.Accuracy(Predict(features.Values));

    // From the strongest λ to the weakest, each fit beginning where the one before ended. Of equal accuracies the strongest λ wins.
    static (double Strength, double? HeldOut) Choose(FeatureSet known, LinearProbeOptions options)
    {
        double[] strengths = [.. options.Strengths.OrderDescending()];
        int[] counts = new int[known.Classes];
        foreach (int label in known.Labels) counts[label]++;
        int fewest = counts.Where(count => count > 0).Min(), parts = Math.Min(options.Parts, fewest);
        if (strengths.Length == 1) return (strengths[0], null);
        if (parts < 2) return (options.StrengthWithoutChoice, null);

        int[] right = new int[strengths.Length], part = Folds.Parts(known.Labels, known.Classes, parts, options.Seed);
        int turns = known.Count <= options.InTurnUpTo ? parts : 1, asked = 0;
        for (int turn = 0; turn < turns; turn++)
        {
            FeatureSet fitted = known.Take([.. Enumerable.Range(0, known.Count).Where(i => part[i] != turn)]);
            FeatureSet held = known.Take([.. Enumerable.Range(0, known.Count).Where(i => part[i] == turn)]);
            asked += held.Count;
            LogisticRegression? model = null;
            for (int i = 0; i < strengths.Length; i++)
            {
                model = LogisticRegression.Fit(fitted.Values, fitted.Labels, fitted.Classes, strengths[i], model);
                right[i] += (int)Math.Round(held.Accuracy(model.Predict(held.Values)) * held.Count);
            }
        }
        int best = Array.IndexOf(right, right.Max());
        return (strengths[best], (double)right[best] / asked);
    }
}
