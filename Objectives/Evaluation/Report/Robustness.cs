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

    /// <summary>Adds the mean over severities of each corruption to a report.</summary>
    public static void Add(ReportCard card, ReportRow row, string measure, IReadOnlyDictionary<Corruption, double[]> accuracies)
    {
        foreach ((Corruption corruption, double[] at) in accuracies.OrderBy(entry => entry.Key))
            card.Add(row, $"{measure}, {Names[(int)corruption]}", at.Average());
    }

    static readonly string[] Names = ["noise", "blur", "contrast", "occlusion"];
}
