namespace NativeSsl;

/// <summary>
/// Whether features have shrunk to a point or a line: the standard deviation of each feature over rows of length one, on average, times √d.
/// About 1 if the rows fill the sphere, 0 if all are equal. Chen &amp; He 2021, “Exploring simple Siamese representation learning”, section
/// 4.1.
/// </summary>
public static class Spread
{
    /// <summary>The mean over features of the standard deviation over normalised rows, times √d.</summary>
    /// <param name="features"><c>[count, width]</c>.</param>
    /// <exception cref="ShapeException">Features are not a table with rows and columns.</exception>
    public static double Of(Tensor features)
    {
        if (features.Shape.Rank != 2 || features.Shape.Count == 0)
            throw new ShapeException($"Spread: features have shape {features.Shape}; [count, width] with at least one element is needed.");
        float[] values = Directions(features);
        int width = features.Shape[1], count = features.Shape[0];
        double[] sums = new double[width], squares = new double[width];
        for (int i = 0; i < count; i++)
            for (int j = 0; j < width; j++)
            {
                double value = values[i * width + j];
                sums[j] += value;
                squares[j] += value * value;
            }
        double total = 0;
        for (int j = 0; j < width; j++) total += Math.Sqrt(Math.Max(0, squares[j] / count - sums[j] / count * (sums[j] / count)));
        return total / width * Math.Sqrt(width);
    }

    /// <summary>Rows of length one, on the host.</summary>
    internal static float[] Directions(Tensor features)
    {
        using Step step = new(features.Backend);
        using Tape.NoGradientScope scope = Tape.NoGradient();
        return features.Normalize().ToArray();
    }
}
