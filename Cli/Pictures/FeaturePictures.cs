namespace NativeSsl.Cli.Pictures;

/// <summary>What features look like: a map of them, and images with those that lie nearest.</summary>
static class FeaturePictures
{
    const int Side = 560, Legend = 160, Margin = 20, Dots = 2000;
    const int Rows = 10, Neighbours = 10, Thumbnail = 48;

    /// <summary>A dot for each image, at its first two principal components, in the colour of its class.</summary>
    internal static void SaveMap(string path, FeatureSet features, IReadOnlyList<string> classes)
    {
        float[] places = PrincipalComponents.Fit(features.Values, 2).Apply(features.Values).ToArray();
        (double left, double right) = Middle(places, 0);
        (double bottom, double top) = Middle(places, 1);
        var svg = new Svg(Side + Legend, Side);
        for (int i = 0; i < Math.Min(features.Count, Dots); i++)
            svg.Dot(Margin + (Side - 2 * Margin) * (places[2 * i] - left) / (right - left), Side - Margin - (Side - 2 * Margin) * (places[2 * i + 1] - bottom) / (top - bottom),
                Svg.Colours[features.IsLabelled ? features.Labels[i] % Svg.Colours.Length : 0]);
        for (int c = 0; features.IsLabelled && c < Math.Min(classes.Count, Svg.Colours.Length); c++)
            svg.Words(Side + 10, 40 + 20 * c, classes[c], colour: Svg.Colours[c]);
        svg.Save(path);
    }

    // From the first to the last percentile, and a half more on both sides: a few far away would squeeze the rest.
    static (double Low, double High) Middle(float[] places, int axis)
    {
        float[] values = [.. places.Where((_, i) => i % 2 == axis).Order()];
        double low = values[values.Length / 100], high = values[^(values.Length / 100 + 1)], more = Math.Max(1e-6, high - low) / 2;
        return (low - more, high + more);
    }

    /// <summary>Ten images of the test split, each with the ten of the training split that have the most similar features; a red frame is another class.</summary>
    internal static void SaveNeighbours(string path, FeatureSet bank, FeatureSet queries, IImageSource train, IImageSource test)
    {
        var svg = new Svg((Neighbours + 1) * (Thumbnail + 6) + 20, Math.Min(Rows, queries.Count) * (Thumbnail + 6) + 10);
        using var step = new Step(bank.Values.Backend);
        using Tape.NoGradientScope scope = Tape.NoGradient();
        int[] asked = [.. Enumerable.Range(0, Math.Min(Rows, queries.Count)).Select(row => (int)((long)row * queries.Count / Rows))];
        Tensor similarities = queries.Take(asked).Values.Normalize().MatMul(bank.Values.Normalize(), transposeB: true);
        float[][] rows = [.. similarities.ToArray().Chunk(bank.Count)];
        for (int row = 0; row < rows.Length; row++)
        {
            double y = 5 + row * (Thumbnail + 6);
            svg.Image(5, y, Thumbnail, Of(test, asked[row]));
            int[] nearest = [.. Enumerable.Range(0, bank.Count).OrderByDescending(place => rows[row][place]).Take(Neighbours)];
            for (int i = 0; i < nearest.Length; i++)
            {
                double x = 20 + (i + 1) * (Thumbnail + 6);
                svg.Image(x, y, Thumbnail, Of(train, nearest[i]));
                if (bank.IsLabelled && queries.IsLabelled && bank.Labels[nearest[i]] != queries.Labels[asked[row]]) svg.Frame(x, y, Thumbnail, "#d62728");
            }
        }
        svg.Save(path);
    }

    static byte[] Of(IImageSource images, int place)
    {
        byte[] pixels = new byte[images.Size.Bytes];
        images.Read([place], pixels);
        return Png.Encode(images.Size, pixels);
    }
}
