namespace NativeSsl;

/// <summary>
/// How well a linear classifier does on frozen features: logistic regression on features standardised by the training split. λ is the one with
/// the best accuracy on labels held out of the training split; then all of them are fitted. Nothing here has ever seen a test image:
/// a set of the test split is refused.
/// </summary>
/// <remarks>Alain &amp; Bengio 2017, “Understanding intermediate layers using linear classifier probes”.</remarks>
public sealed class LinearProbe
{
    const int MostRowsOfSpace = 512;                        // a space of more rows takes longer to find than it saves

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
    public static LinearProbe Fit(FeatureSet train, ReadOnlySpan<int> labelled, LinearProbeOptions? options = null) =>
        Fit(train, Standardization.Of(train.ForLearning("LinearProbe").Values), labelled, options ?? new LinearProbeOptions());

    /// <summary>Fits where the standardisation is known already.</summary>
    internal static LinearProbe Fit(FeatureSet train, Standardization standardization, ReadOnlySpan<int> labelled, LinearProbeOptions options)
    {
        if (options.Strengths.Count == 0) throw new NativeSslException("LinearProbe: no λ to choose from is given.");
        FeatureSet known = train.Take(labelled).ForLearning("LinearProbe");
        Tensor rows = standardization.Apply(known.Values);
        RowSpace? space = known.Count <= MostRowsOfSpace && 2 * known.Count <= known.Width ? RowSpace.Of(rows) : null;
        known = new(known.Name, known.Split, space?.Rows ?? rows, known.Labels.ToArray(), known.Classes);
        (double strength, double? heldOut) = StrengthChoice.Of(known, options);
        LogisticRegression model = LogisticRegression.Fit(known.Values, known.Labels, known.Classes, strength);
        if (space is not null) model = new(space.Weights(model.Weight), model.Bias, model.Minimum);
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

    /// <summary>Weights and bias for features as they come from the encoder: W (x − μ) / σ + b = (W / σ) x + (b − (W / σ) μ).</summary>
    /// <returns><c>[classes, width]</c> and <c>[classes]</c>.</returns>
    public (Tensor Weight, Tensor Bias) Folded()
    {
        using Tape.NoGradientScope scope = Tape.NoGradient();
        Tensor weight = Model.Weight * _standardization.Scale;
        return (weight, Model.Bias - (weight * _standardization.Mean).Sum(1));
    }
}
