using System.Diagnostics;

namespace NativeSsl;

/// <summary>The principal components of pixels, as features: what a linear encoder without labels achieves. A control.</summary>
public static class PixelComponents
{
    /// <summary>Fits the components on the training split and applies them to both.</summary>
    /// <param name="train">Pixels of the training split as features, <c>[count, width]</c>.</param>
    /// <param name="test">Pixels of the test split.</param>
    /// <param name="components">How many; all of them if the images have fewer numbers.</param>
    /// <exception cref="NativeSslException">The first set is of the test split.</exception>
    public static (FeatureSet Train, FeatureSet Test) Of(FeatureSet train, FeatureSet test, int components = 128)
    {
        long began = Stopwatch.GetTimestamp();
        PrincipalComponents fit = PrincipalComponents.Fit(train.ForLearning("PixelComponents").Values, Math.Min(components, train.Width));
        Cost cost = new(Stopwatch.GetElapsedTime(began).TotalSeconds);
        return (Applied(train), Applied(test));

        FeatureSet Applied(FeatureSet set) =>
            new("PCA of pixels", set.Split, fit.Apply(set.Values), set.IsLabelled ? set.Labels.ToArray() : null, set.Classes,
                set.Cost + cost);
    }
}
