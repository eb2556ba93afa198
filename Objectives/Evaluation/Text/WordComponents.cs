using System.Diagnostics;

namespace NativeSsl;

/// <summary>
/// The principal components of counted words, as features of texts: what a linear encoder without labels achieves, and the control of sentence embeddings. Deerwester, Dumais, Furnas,
/// Landauer &amp; Harshman 1990, “Indexing by latent semantic analysis”, there without taking the mean away.
/// </summary>
public static class WordComponents
{
    /// <summary>Counts words and fits the components on the training split, without its labels, and applies both to both.</summary>
    /// <param name="backend">The device.</param>
    /// <param name="train">Texts of the training split.</param>
    /// <param name="test">Texts of the test split.</param>
    /// <param name="components">How many; all of them if there are fewer terms.</param>
    /// <param name="terms">Which terms; single words of at least two texts if null. Memory grows with their number times that of the texts.</param>
    /// <returns><c>[texts, components]</c> of each.</returns>
    /// <exception cref="NativeSslException">The first set is of the test split, the texts are pairs, or no term is left.</exception>
    public static (FeatureSet Train, FeatureSet Test) Of(IBackend backend, LabelledTexts train, LabelledTexts test, int components = 128, TfIdfOptions? terms = null)
    {
        if (train.Seconds is not null || test.Seconds is not null)
            throw new NativeSslException($"WordComponents: {train.Name} are pairs of texts; these are features of texts that stand alone.");
        long began = Stopwatch.GetTimestamp();
        TfIdf words = TfIdf.Fit(train.ForLearning("WordComponents").Texts, terms ?? new TfIdfOptions { MostWords = 1, LeastTexts = 2 });
        Tensor rows = words.Transform(train.Texts).ToTensor(backend);
        PrincipalComponents fit = PrincipalComponents.Fit(rows, Math.Min(components, words.Terms.Count));
        Tensor learned = fit.Apply(rows), asked = fit.Apply(words.Transform(test.Texts).ToTensor(backend));
        Cost cost = new(Stopwatch.GetElapsedTime(began).TotalSeconds);
        return (Named(train, learned), Named(test, asked));

        FeatureSet Named(LabelledTexts texts, Tensor values) => new("PCA of TF-IDF", texts.Split, values, texts.Labels, texts.Classes.Count, cost);
    }
}
