namespace NativeSsl;

/// <summary>
/// First centres for k-means: each is a row, drawn with a probability proportional to its squared distance from the nearest centre so far.
/// Arthur &amp; Vassilvitskii 2007, “k-means++: the advantages of careful seeding”, section 2.2.
/// </summary>
public static class Seeding
{
    /// <summary>k rows as centres.</summary>
    /// <param name="x">The rows, <c>[count, width]</c>.</param>
    /// <param name="clusters">k.</param>
    /// <param name="random">What draws.</param>
    /// <returns><c>[k, width]</c></returns>
    public static Tensor Of(Tensor x, int clusters, RandomSource random)
    {
        using Tape.NoGradientScope scope = Tape.NoGradient();
        int[] chosen = new int[clusters];
        double[] distances = new double[x.Shape[0]];
        Array.Fill(distances, 1);                                               // the first is drawn evenly
        for (int c = 0; c < clusters; c++)
        {
            chosen[c] = Draw(distances, random);
            double[] fromNew = NearestCentre.Of(x, x.Slice(0, chosen[c], 1)).Distances;
            for (int i = 0; i < distances.Length; i++) distances[i] = c == 0 ? fromNew[i] : Math.Min(distances[i], fromNew[i]);
            distances[chosen[c]] = 0;                                           // whatever rounding says
        }
        return x.Gather(Indices.From(x.Backend, [clusters], chosen));
    }

    // Where all rows are centres already, weights are zero and the last row is taken.
    static int Draw(double[] weights, RandomSource random)
    {
        double left = random.NextDouble() * weights.Sum();
        for (int i = 0; i < weights.Length; i++)
        {
            left -= weights[i];
            if (left < 0) return i;
        }
        return Array.FindLastIndex(weights, weight => weight > 0) is >= 0 and int last ? last : weights.Length - 1;
    }
}
