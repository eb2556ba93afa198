namespace NativeSsl;

/// <summary>Chooses the strength λ of a penalty by labels that are held out of the training split.</summary>
static class StrengthChoice
{
    const double Tolerance = 1e-4;                          // enough to tell one λ from ten times as much
    const int MostIterations = 300;

    /// <summary>The λ under which held-out labels are the most probable, of equal ones the strongest; and the share of them said rightly, if
    /// there was a choice. How probable they are tells more than how many are right: a hundred labels have only so many shares.</summary>
    // From the strongest to the weakest: each fit begins where the one before ended.
    internal static (double Strength, double? HeldOut) Of(FeatureSet known, LinearProbeOptions options,
        Func<double, Minimizer.Preconditioner?> inverse)
    {
        double[] strengths = [.. options.Strengths.OrderDescending()];
        int[] counts = new int[known.Classes];
        foreach (int label in known.Labels) counts[label]++;
        int parts = Math.Min(options.Parts, counts.Where(count => count > 0).Min());
        if (strengths.Length == 1) return (strengths[0], null);
        if (parts < 2) return (options.StrengthWithoutChoice, null);

        double[] certainty = new double[strengths.Length];
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
                model = LogisticRegression.Fit(fitted.Values, fitted.Labels, fitted.Classes, strengths[i], model, Tolerance,
                    MostIterations, inverse(strengths[i]));
                right[i] += (int)Math.Round(held.Accuracy(model.Predict(held.Values)) * held.Count);
                certainty[i] += Certainty(model, held);
            }
        }
        int best = Array.IndexOf(certainty, certainty.Max());
        return (strengths[best], (double)right[best] / asked);
    }

    // Σ ln p(label)
    static double Certainty(LogisticRegression model, FeatureSet held)
    {
        using Step step = new(held.Values.Backend);
        float[] logarithms = model.LogProbabilities(held.Values).ToArray();
        double sum = 0;
        for (int i = 0; i < held.Count; i++) sum += logarithms[i * held.Classes + held.Labels[i]];
        return sum;
    }
}
