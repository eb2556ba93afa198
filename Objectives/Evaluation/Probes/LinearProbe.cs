namespace NativeSsl;

/// <summary>
/// How well a linear classifier does on frozen features: logistic regression on features standardised by the training split. λ is the one
/// under which labels held out of the training split are the most probable; then all of them are fitted. Nothing here has ever seen a test image:
/// a set of the test split is refused.
/// </summary>
/// <remarks>Alain &amp; Bengio 2017, “Understanding intermediate layers using linear classifier probes”.</remarks>
public sealed class LinearProbe
{
    const int MostRowsOfSpace = 512;                        // a space of more rows takes longer to find than it saves

    readonly ProbeSpace _space;

    LinearProbe(ProbeSpace space, LogisticRegression model, double strength, double? heldOut) =>
        (_space, Model, Strength, HeldOutAccuracy) = (space, model, strength, heldOut);

    /// <summary>The classifier of standardised features.</summary>
    public LogisticRegression Model { get; }
    /// <summary>The chosen λ.</summary>
    public double Strength { get; }
    /// <summary>The accuracy on the held-out labels that chose it, 0 … 1; null if there were too few labels to choose.</summary>
    public double? HeldOutAccuracy { get; }

    /// <summary>Fits to all labels of the training split.</summary>
    /// <exception cref="NativeSslException">The features are of the test split, unlabelled or empty, or no λ is given.</exception>
    public static LinearProbe Fit(FeatureSet train, LinearProbeOptions? options = null) =>
        Fit(train, [.. Enumerable.Range(0, train.Count)], options);

    /// <summary>Fits to some labels of the training split. Mean and deviation are those of the whole split: they ask for no
    /// labels.</summary>
    /// <param name="train">The features.</param>
    /// <param name="labelled">The rows whose labels are known.</param>
    /// <param name="options">The λ to choose from.</param>
    /// <inheritdoc cref="Fit(FeatureSet, LinearProbeOptions)"/>
    public static LinearProbe Fit(FeatureSet train, ReadOnlySpan<int> labelled, LinearProbeOptions? options = null) =>
        Fit(new ProbeSpace(train), labelled, options ?? new LinearProbeOptions());

    /// <summary>Fits in a space that is known already.</summary>
    internal static LinearProbe Fit(ProbeSpace space, ReadOnlySpan<int> labelled, LinearProbeOptions options)
    {
        if (options.Strengths.Count == 0) throw new NativeSslException("LinearProbe: no λ to choose from is given.");
        FeatureSet known = space.Train.Take(labelled).ForLearning("LinearProbe");
        Tensor rows = space.Standardization.Apply(known.Values);
        RowSpace? few = known.Count <= MostRowsOfSpace && 2 * known.Count <= known.Width ? RowSpace.Of(rows) : null;
        known = new(known.Name, known.Split, few?.Rows ?? rows, known.Labels.ToArray(), known.Classes);
        Func<double, Minimizer.Preconditioner?> inverse = few is null ? space.Inverse : _ => null;
        (double strength, double? heldOut) = StrengthChoice.Of(known, options, inverse);
        LogisticRegression model =
            LogisticRegression.Fit(known.Values, known.Labels, known.Classes, strength, null, 1e-5, 1000, inverse(strength));
        if (few is not null) model = new(few.Weights(model.Weight), model.Bias, model.Minimum);
        return new LinearProbe(space, model, strength, heldOut);
    }

    /// <summary>The class of each row.</summary>
    /// <param name="features"><c>[count, width]</c>, as they come from the encoder.</param>
    public int[] Predict(Tensor features)
    {
        _space.Train.CheckQueries("LinearProbe", features);
        return Model.Predict(_space.Standardization.Apply(features));
    }

    /// <summary>The largest probability of each row: how sure the probe is, for <see cref="OutOfScope"/>.</summary>
    /// <param name="features"><c>[count, width]</c>, as they come from the encoder.</param>
    /// <exception cref="ShapeException">They have another width than those that were learned from.</exception>
    public double[] Confidences(Tensor features)
    {
        _space.Train.CheckQueries("LinearProbe", features);
        using Step step = new(features.Backend);
        float[] p = Model.LogProbabilities(_space.Standardization.Apply(features)).ToArray();
        return [.. p.Chunk(Model.Bias.Shape[0]).Select(row => Math.Exp(row.Max()))];
    }

    /// <summary>The share of rows whose class was said rightly, 0 … 1.</summary>
    public double Accuracy(FeatureSet features) => features.Accuracy(Predict(features.Values));

    /// <summary>Weights and bias for features as they come from the encoder: W (x − μ) / σ + b = (W / σ) x + (b − (W / σ) μ).</summary>
    /// <returns><c>[classes, width]</c> and <c>[classes]</c>.</returns>
    public (Tensor Weight, Tensor Bias) Folded()
    {
        using Tape.NoGradientScope scope = Tape.NoGradient();
        Tensor weight = Model.Weight * _space.Standardization.Scale;
        return (weight, Model.Bias - (weight * _space.Standardization.Mean).Sum(1));
    }
}
