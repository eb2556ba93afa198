namespace NativeSsl.Bench.Commands.Texts;

/// <summary>The control of every classifier of texts: TF-IDF and logistic regression.</summary>
static class CountedWords
{
    static readonly double[] Strengths = [1e-6, 1e-5, 1e-4, 1e-3];

    /// <summary>Learns, with the strength that a fifth of the labels kept apart likes best, and is asked once.</summary>
    public static double Accuracy(LabelledTexts train, LabelledTexts test)
    {
        // Every fifth text of a class is kept apart.
        Dictionary<int, int> seen = [];
        ILookup<bool, int> parts = Enumerable.Range(0, train.Count).ToLookup(i => (seen[train.Labels[i]] = seen.GetValueOrDefault(train.Labels[i]) + 1) % 5 == 0);
        LabelledTexts kept = train.Take(parts[true]), rest = train.Take(parts[false]);
        double strength = Strengths.MaxBy(candidate => Fitted(rest, kept, candidate));
        return Fitted(train, test, strength);
    }

    static double Fitted(LabelledTexts train, LabelledTexts asked, double strength)
    {
        TfIdf words = TfIdf.Fit(train.Texts);
        return asked.Accuracy(SparseLogisticRegression.Fit(words.Transform(train.Texts), train.Labels, train.Classes.Count, strength).Predict(words.Transform(asked.Texts)));
    }
}
