namespace NativeSsl;

/// <summary>How much of an accuracy is left when the test texts have slips of the pen or words missing, at five rates each.</summary>
public static class TextRobustness
{
    static readonly string[] Names = ["letters swapped", "letters dropped", "letters inserted", "letters replaced", "words dropped"];

    /// <summary>The accuracy for every damage and severity.</summary>
    /// <param name="test">Texts of the test split.</param>
    /// <param name="accuracy">The accuracy on a set of texts, of what was fitted on clean training texts.</param>
    /// <param name="seed">The seed of places and letters.</param>
    /// <returns>For each damage, the accuracies at severities 1 … 5.</returns>
    public static IReadOnlyDictionary<TextDamage, double[]> Of(LabelledTexts test, Func<LabelledTexts, double> accuracy, ulong seed = 0) =>
        Enum.GetValues<TextDamage>().ToDictionary(damage => damage, damage =>
            Enumerable.Range(1, SpoiltTexts.Rates.Count).Select(severity => accuracy(SpoiltTexts.Of(test, damage, severity, seed))).ToArray());

    /// <summary>Adds a row for each damage to a report: what is left at each severity, and on the mean.</summary>
    /// <param name="card">The report.</param>
    /// <param name="name">What was asked: the rows are called after it and the damage.</param>
    /// <param name="accuracies">What <see cref="Of"/> gave.</param>
    public static void Add(ReportCard card, string name, IReadOnlyDictionary<TextDamage, double[]> accuracies)
    {
        foreach ((TextDamage damage, double[] at) in accuracies.OrderBy(entry => entry.Key))
        {
            ReportRow row = card.AddRow($"{name}, {Names[(int)damage]}");
            for (int severity = 1; severity <= at.Length; severity++)
                card.Add(row, FormattableString.Invariant($"severity {severity}"), at[severity - 1]);
            card.Add(row, "mean", at.Average());
        }
    }
}
