namespace NativeSsl;

/// <summary>How well a linear probe does with few labels: the mean over several draws of the labels that are known, and its
/// interval.</summary>
public static class FewLabelProbe
{
    /// <summary>The accuracy on the test split, 0 … 1. With all labels there is one draw only.</summary>
    /// <param name="train">Features of the training split.</param>
    /// <param name="test">Features of the test split: asked about at the very end.</param>
    /// <param name="budget">How many labels are known.</param>
    /// <param name="draws">How many draws.</param>
    /// <param name="seed">The seed of the draws: the same seed gives every set of features the same labels.</param>
    /// <param name="options">How each probe is fitted.</param>
    /// <exception cref="NativeSslException">There are too few labels, or the features are of the wrong split.</exception>
    public static Score Of(FeatureSet train, FeatureSet test, LabelBudget budget, int draws = 5, ulong seed = 0,
        LinearProbeOptions? options = null)
    {
        var space = new ProbeSpace(train);
        double[] accuracies = new double[budget.IsAll ? 1 : draws];
        for (int draw = 0; draw < accuracies.Length; draw++)
        {
            int[] labelled = LabelDraws.Of(train.Labels, budget, draw, seed);
            accuracies[draw] = LinearProbe.Fit(space, labelled, options ?? new LinearProbeOptions()).Accuracy(test);
        }
        return Score.Of(accuracies);
    }
}
