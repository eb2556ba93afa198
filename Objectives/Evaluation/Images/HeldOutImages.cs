namespace NativeSsl;

/// <summary>Keeps a part of a labelled set apart that has no part to test on.</summary>
public static class HeldOutImages
{
    /// <summary>One image of every so many of each class to test on, drawn at random; the others to learn from.</summary>
    /// <param name="images">The set, labelled.</param>
    /// <param name="parts">Of how many images one is kept apart; at least 2.</param>
    /// <param name="seed">The seed of the draw.</param>
    /// <exception cref="NativeSslException">The images are not labelled, or there are fewer than two parts.</exception>
    public static (IImageSource Train, IImageSource Test) Of(IImageSource images, int parts = 5, ulong seed = 0)
    {
        if (images.Labels is null) throw new NativeSslException($"HeldOutImages: {images.Name} has no labels, so classes cannot be divided evenly.");
        if (parts < 2) throw new NativeSslException($"HeldOutImages: {parts} parts; at least two are needed, one to test on.");
        int[] part = Folds.Parts([.. images.Labels], images.Classes.Count, parts, seed);
        SomeImages Those(Predicate<int> wanted) => new(images, [.. Enumerable.Range(0, images.Count).Where(place => wanted(part[place]))]);
        return (Those(number => number != parts - 1), Those(number => number == parts - 1));
    }
}
