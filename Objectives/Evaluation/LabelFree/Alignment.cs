namespace NativeSsl;

/// <summary>
/// How near two views of an image come to each other: the mean of ‖x − y‖² over positive pairs on the unit sphere, 0 … 4; less is better.
/// Wang &amp; Isola 2020, “Understanding contrastive representation learning through alignment and uniformity on the hypersphere”, equation
/// 7, α = 2.
/// </summary>
public static class Alignment
{
    /// <summary>The mean squared distance of pairs, each row brought to length one.</summary>
    /// <param name="first">Features of one view of each image, <c>[count, width]</c>.</param>
    /// <param name="second">Features of another view of the same images, in the same order.</param>
    /// <exception cref="ShapeException">The shapes differ, or there are no pairs.</exception>
    public static double Of(Tensor first, Tensor second)
    {
        if (first.Shape != second.Shape || first.Shape.Rank != 2 || first.Shape.Count == 0)
            throw new ShapeException($"Alignment: views have shapes {first.Shape} and {second.Shape}; both must be [count, width], with " +
                "at least one row.");
        float[] x = Spread.Directions(first), y = Spread.Directions(second);
        double total = 0;
        for (int i = 0; i < x.Length; i++)
        {
            double difference = (double)x[i] - y[i];
            total += difference * difference;
        }
        return total / first.Shape[0];
    }
}
