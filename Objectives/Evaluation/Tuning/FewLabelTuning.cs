namespace NativeSsl;

/// <summary>Training with few labels, encoder included: for each of several draws of labels a copy of the encoder is trained on them and asked about the test split.</summary>
public static class FewLabelTuning
{
    /// <summary>The accuracy over all draws, and what they took together.</summary>
    /// <param name="encoder">Makes the encoder that each draw begins with: copies of a pretrained one, or random ones for the control from scratch.</param>
    /// <param name="train">Images of the training split, labelled.</param>
    /// <param name="test">Images of the test split, labelled.</param>
    /// <param name="budget">How many labels.</param>
    /// <param name="tensors">Reads the images at some places as <c>[places, height, width, channels]</c> on a device.</param>
    /// <param name="options">How each is trained; the seed is that of the draw.</param>
    /// <param name="draws">How often labels are drawn.</param>
    /// <exception cref="NativeSslException">There are no labels, or too few of a class.</exception>
    public static (Score Accuracy, Cost Cost) Of(Func<ImageEncoder> encoder, IImageSource train, IImageSource test, LabelBudget budget,
        Func<IBackend, IImageSource, ReadOnlyMemory<int>, Tensor> tensors, FineTuningOptions options, int draws = 5)
    {
        if (train.Labels is null) throw new NativeSslException($"FewLabelTuning: {train.Name} has no labels, so there is nothing to learn from.");
        int[] labels = [.. train.Labels];
        double[] accuracies = new double[draws];
        Cost cost = new(0, 0);
        for (int draw = 0; draw < draws; draw++)
        {
            FineTuned tuned = FineTuning.Fit(encoder(), train, LabelDraws.Of(labels, budget, draw), tensors, options with { Seed = (ulong)draw });
            (accuracies[draw], cost) = (tuned.Accuracy(test), cost + tuned.Cost);
        }
        return (Score.Of(accuracies), cost);
    }
}
