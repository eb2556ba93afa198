namespace NativeSsl;

/// <summary>
/// k centres, such that rows are near to one of them: Lloyd's iteration from centres seeded by k-means++ (<see cref="Seeding"/>). Lloyd
/// 1982, “Least squares quantization in PCM”. Deterministic: of equally near centres the first takes a row, and sums run in the order of
/// the rows.
/// </summary>
/// <param name="centres">The centres, <c>[k, width]</c>.</param>
/// <param name="assignment">The centre of each row.</param>
/// <param name="inertia">After each iteration, the sum over rows of the squared distance to their centre.</param>
public sealed class KMeans(Tensor centres, IReadOnlyList<int> assignment, IReadOnlyList<double> inertia)
{
    /// <summary>The centres, <c>[k, width]</c>.</summary>
    public Tensor Centres => centres;
    /// <summary>The centre of each row that was fitted.</summary>
    public IReadOnlyList<int> Assignment => assignment;
    /// <summary>The sum over rows of the squared distance to their centre, after each iteration: it never grows.</summary>
    public IReadOnlyList<double> Inertia => inertia;

    /// <summary>Fits until no row changes its centre.</summary>
    /// <param name="x">The rows, <c>[count, width]</c>.</param>
    /// <param name="clusters">k, at most the number of rows.</param>
    /// <param name="seed">The seed of the first centres.</param>
    /// <param name="runs">So many times from other first centres; the one of least inertia is kept.</param>
    /// <param name="mostIterations">Done after so many iterations in any case.</param>
    /// <exception cref="ShapeException">x is no table, or has fewer rows than clusters.</exception>
    public static KMeans Fit(Tensor x, int clusters, ulong seed = 0, int runs = 1, int mostIterations = 100)
    {
        if (x.Shape.Rank != 2 || clusters < 1 || clusters > x.Shape[0])
            throw new ShapeException($"KMeans: {clusters} clusters of x of shape {x.Shape}; [count, width] is needed, and 1 to count " +
                "clusters.");
        if (runs < 1) throw new NativeSslException($"KMeans: {runs} runs; at least one is needed.");
        return Enumerable.Range(0, runs).Select(run => FitOnce(x, clusters, new RandomSource(seed, (ulong)run), mostIterations))
            .MinBy(fit => fit.Inertia[^1])!;
    }

    static KMeans FitOnce(Tensor x, int clusters, RandomSource random, int mostIterations)
    {
        float[] rows = x.ToArray();
        Tensor centres = Seeding.Of(x, clusters, random);
        List<double> inertia = [];
        int[] before = [];
        for (int iteration = 0; ; iteration++)
        {
            (int[] nearest, double[] distances) = NearestCentre.Of(x, centres);
            inertia.Add(distances.Sum());
            if (nearest.AsSpan().SequenceEqual(before) || iteration == mostIterations) return new(centres, nearest, inertia);
            centres = Tensor.From(x.Backend, centres.Shape, Means(rows, nearest, distances, clusters));
            before = nearest;
        }
    }

    // A centre without rows moves to the row that is farthest from its own centre.
    static float[] Means(float[] rows, int[] nearest, double[] distances, int clusters)
    {
        int width = rows.Length / nearest.Length;
        double[] sums = new double[clusters * width];
        int[] counts = new int[clusters];
        for (int i = 0; i < nearest.Length; i++)
        {
            counts[nearest[i]]++;
            for (int j = 0; j < width; j++) sums[nearest[i] * width + j] += rows[i * width + j];
        }
        int[] farthest = counts.Contains(0) ? [.. Enumerable.Range(0, nearest.Length).OrderByDescending(i => distances[i])] : [];
        float[] means = new float[sums.Length];
        for (int c = 0, empty = 0; c < clusters; c++)
            if (counts[c] == 0) rows.AsSpan(farthest[empty++] * width, width).CopyTo(means.AsSpan(c * width));
            else for (int j = 0; j < width; j++) means[c * width + j] = (float)(sums[c * width + j] / counts[c]);
        return means;
    }

    /// <summary>The nearest centre of each row.</summary>
    /// <param name="x"><c>[count, width]</c>.</param>
    /// <exception cref="ShapeException">The rows are not as wide as the centres.</exception>
    public int[] Predict(Tensor x) => NearestCentre.Of(x, centres).Nearest;
}
