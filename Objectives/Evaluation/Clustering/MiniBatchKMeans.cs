namespace NativeSsl;

/// <summary>
/// k-means from small batches, for sets too large to look at again and again: each row of a batch draws its nearest centre towards itself
/// by 1 / (rows this centre has seen). Sculley 2010, “Web-scale k-means clustering”, algorithm 1.
/// </summary>
public static class MiniBatchKMeans
{
    /// <summary>Fits for some iterations.</summary>
    /// <param name="x">The rows, <c>[count, width]</c>.</param>
    /// <param name="clusters">k, at most the number of rows.</param>
    /// <param name="batch">b, rows of an iteration, drawn with repetition.</param>
    /// <param name="iterations">t.</param>
    /// <param name="seed">The seed of first centres and batches.</param>
    /// <returns>The centres, the assignment of all rows, and their inertia, measured once at the end.</returns>
    /// <exception cref="ShapeException">x is no table, or has fewer rows than clusters.</exception>
    public static KMeans Fit(Tensor x, int clusters, int batch = 1024, int iterations = 100, ulong seed = 0)
    {
        if (x.Shape.Rank != 2 || clusters < 1 || clusters > x.Shape[0])
            throw new ShapeException($"MiniBatchKMeans: {clusters} clusters of x of shape {x.Shape}; [count, width] is needed, and 1 to " +
                "count clusters.");
        using Tape.NoGradientScope scope = Tape.NoGradient();
        int width = x.Shape[1];
        var random = new RandomSource(seed, 0);
        Tensor centres = Seeding.Of(x.Gather(Draw(Math.Max(clusters, Math.Min(x.Shape[0], 3 * batch)))), clusters, random);
        double[] at = Array.ConvertAll(centres.ToArray(), value => (double)value);
        long[] seen = new long[clusters];
        for (int iteration = 0; iteration < iterations; iteration++)
        {
            Tensor some = x.Gather(Draw(batch));
            float[] rows = some.ToArray();
            int[] nearest = NearestCentre.Of(some, centres).Nearest;            // cached for the whole batch before any centre moves
            for (int i = 0; i < batch; i++)
            {
                double rate = 1.0 / ++seen[nearest[i]];
                for (int j = 0; j < width; j++)
                {
                    ref double centre = ref at[nearest[i] * width + j];
                    centre += rate * (rows[i * width + j] - centre);
                }
            }
            centres = Tensor.From(x.Backend, centres.Shape, Array.ConvertAll(at, value => (float)value));
        }
        (int[] assignment, double[] distances) = NearestCentre.Of(x, centres);
        return new KMeans(centres, assignment, [distances.Sum()]);

        Indices Draw(int count) =>
            Indices.From(x.Backend, [count], [.. Enumerable.Range(0, count).Select(_ => random.NextInt(x.Shape[0]))]);
    }
}
