namespace NativeSsl;

/// <summary>How much of an accuracy is left when the test images are spoilt: noise, blur, contrast and occlusion, at five severities
/// each.</summary>
public static class Robustness
{
    /// <summary>The highest severity.</summary>
    public const int Severities = 5;

    /// <summary>The accuracy for every corruption and severity.</summary>
    /// <param name="test">Images of the test split.</param>
    /// <param name="accuracy">The accuracy on a set of images: of a bank, a probe or a classifier that was fitted on clean training
    /// images.</param>
    /// <param name="seed">The seed of noise and places.</param>
    /// <returns>For each corruption, the accuracies at severities 1 … 5.</returns>
    public static IReadOnlyDictionary<Corruption, double[]> Of(IImageSource test, Func<IImageSource, double> accuracy, ulong seed = 0) =>
        Enum.GetValues<Corruption>().ToDictionary(corruption => corruption, corruption =>
            Enumerable.Range(1, Severities).Select(severity => accuracy(new CorruptedImages(test, corruption, severity, seed))).ToArray());

    /// <summary>Adds a row for each corruption to a report: what is left at each severity, and on the mean.</summary>
    /// <param name="card">The report.</param>
    /// <param name="name">What was asked: the rows are called after it and the corruption.</param>
    /// <param name="accuracies">What <see cref="Of"/> gave.</param>
    public static void Add(ReportCard card, string name, IReadOnlyDictionary<Corruption, double[]> accuracies)
    {
        foreach ((Corruption corruption, double[] at) in accuracies.OrderBy(entry => entry.Key))
        {
            ReportRow row = card.AddRow($"{name}, {Names[(int)corruption]}");
            for (int severity = 1; severity <= at.Length; severity++)
                card.Add(row, FormattableString.Invariant($"severity {severity}"), at[severity - 1]);
            card.Add(row, "mean", at.Average());
        }
    }

    static readonly string[] Names = ["noise", "blur", "contrast", "occlusion"];
}
