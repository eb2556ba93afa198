using FsCheck.Xunit;

namespace NativeSsl.Tests.Evaluation;

public sealed class ClusteringTests
{
    [Property(MaxTest = 30)]
    public void Inertia_never_grows(byte seed)
    {
        Tensor x = Table.Normal(seed, 150, 3);
        IReadOnlyList<double> inertia = KMeans.Fit(x, 7, seed).Inertia;
        for (int i = 1; i < inertia.Count; i++) Assert.True(inertia[i] <= inertia[i - 1] * (1 + 1e-6), string.Join(" ", inertia));
    }

    [Fact]
    public void Ends_where_every_row_is_nearest_to_its_own_mean()
    {
        FeatureSet set = Table.Clouds(200, 4, 5, 2);
        KMeans fit = KMeans.Fit(set.Values, 5, seed: 3);
        double[][] rows = Table.Rows(set.Values), centres = Table.Rows(fit.Centres);
        double inertia = 0;
        for (int i = 0; i < rows.Length; i++)
        {
            double[] distances = [.. centres.Select(centre => centre.Zip(rows[i], (a, b) => (a - b) * (a - b)).Sum())];
            Assert.Equal(distances.Min(), distances[fit.Assignment[i]], 1e-5);
            inertia += distances.Min();
        }
        Assert.Equal(inertia, fit.Inertia[^1], 1e-3);
        for (int c = 0; c < 5; c++)
            for (int j = 0; j < 4; j++)
                Assert.Equal(Enumerable.Range(0, 200).Where(i => fit.Assignment[i] == c).Average(i => rows[i][j]), centres[c][j], 1e-5);
        Assert.Equal(fit.Assignment, fit.Predict(set.Values));
    }

    [Fact]
    public void Clouds_that_stand_apart_are_found()
    {
        FeatureSet set = Table.Clouds(300, 6, 5, 8);
        Assert.Equal(1, ClusterScores.Of(KMeans.Fit(set.Values, 5, runs: 5).Assignment, set.Labels.ToArray()).MatchedAccuracy);
        KMeans small = MiniBatchKMeans.Fit(set.Values, 5, batch: 100, seed: 1);
        Assert.Equal(1, ClusterScores.Of(small.Assignment, set.Labels.ToArray()).MatchedAccuracy, 0.2);
    }

    [Fact]
    public void Small_batches_come_near_to_whole_ones()
    {
        FeatureSet set = Table.Clouds(1000, 5, 4, 1.5);
        double whole = KMeans.Fit(set.Values, 4, runs: 5).Inertia[^1];
        double small = MiniBatchKMeans.Fit(set.Values, 4, batch: 200, iterations: 60).Inertia[^1];
        Assert.InRange(small, whole * 0.999, whole * 1.25);
    }

    [Fact]
    public void As_many_clusters_as_rows_leave_nothing()
    {
        Assert.Equal(0, KMeans.Fit(Table.Normal(4, 12, 3), 12).Inertia[^1], 1e-4);
        Assert.Equal(0, KMeans.Fit(Tensor.Full(Table.Cpu, [6, 2], 1), 3).Inertia[^1], 1e-4);
    }

    [Fact]
    public void Threads_do_not_matter()
    {
        Tensor x = Table.Normal(5, 400, 9);
        Assert.Equal(KMeans.Fit(x.To(new CpuBackend(1)), 6).Centres.ToArray(), KMeans.Fit(x.To(new CpuBackend(5)), 6).Centres.ToArray());
    }

    // Two far-off rows of a hundred: drawn by squared distance, one of them is the second centre almost surely.
    [Fact]
    public void Seeds_are_drawn_by_squared_distance()
    {
        float[] values = new float[100];
        for (int i = 0; i < 98; i++) values[i] = i * 1e-3f;
        (values[98], values[99]) = (1000, -1000);
        for (ulong seed = 0; seed < 10; seed++)
        {
            float[] centres = Seeding.Of(Tensor.From(Table.Cpu, [100, 1], values), 3, new RandomSource(seed, 0)).ToArray();
            Assert.Contains(1000f, centres);
            Assert.Contains(-1000f, centres);
        }
    }

    // Clusters {0, 0, 0, 1, 1, 1} against classes {0, 0, 1, 1, 2, 2}, counted by hand: pairs together in both 2, in clusters 6, in classes
    // 3, of 15.
    [Fact]
    public void Scores_by_hand()
    {
        ClusterScores scores = ClusterScores.Of([0, 0, 0, 1, 1, 1], [0, 0, 1, 1, 2, 2]);
        Assert.Equal((2 - 6 * 3 / 15.0) / (4.5 - 6 * 3 / 15.0), scores.AdjustedRandIndex, 1e-12);
        double information = 2 * (1 / 3.0 * Math.Log(2)), entropies = (Math.Log(2) + Math.Log(3)) / 2;
        Assert.Equal(information / entropies, scores.NormalizedMutualInformation, 1e-12);
        Assert.Equal(4 / 6.0, scores.MatchedAccuracy, 1e-12);
    }

    [Fact]
    public void Agreement_chance_and_nothing_said()
    {
        Assert.Equal(new ClusterScores(1, 1, 1), ClusterScores.Of([2, 2, 0, 0, 1], [0, 0, 1, 1, 2]));
        Assert.Equal(new ClusterScores(1, 1, 1), ClusterScores.Of([0, 0], [0, 0]));
        ClusterScores nothing = ClusterScores.Of([0, 0, 0, 0], [0, 1, 2, 3]);
        Assert.Equal((0, 0, 0.25), (nothing.NormalizedMutualInformation, nothing.AdjustedRandIndex, nothing.MatchedAccuracy));
        var random = new RandomSource(1, 0);
        int[] a = [.. Enumerable.Range(0, 5000).Select(_ => random.NextInt(4))], b = [.. a.Select(_ => random.NextInt(4))];
        Assert.Equal(0, ClusterScores.Of(a, b).AdjustedRandIndex, 0.01);
        Assert.Throws<ShapeException>(() => ClusterScores.Of([0], [0, 1]));
        Assert.Throws<IndexException>(() => ClusterScores.Of([-1], [0]));
    }

    [Property(MaxTest = 50)]
    public void Names_of_clusters_do_not_matter(byte seed)
    {
        var random = new RandomSource(seed, 0);
        int[] clusters = [.. Enumerable.Range(0, 60).Select(_ => random.NextInt(5))];
        int[] classes = [.. Enumerable.Range(0, 60).Select(_ => random.NextInt(4))];
        int[] names = [0, 1, 2, 3, 4], rows = [.. Enumerable.Range(0, 60)];
        random.Shuffle<int>(names);
        random.Shuffle<int>(rows);
        ClusterScores one = ClusterScores.Of(clusters, classes);
        ClusterScores other = ClusterScores.Of([.. rows.Select(i => names[clusters[i]])], [.. rows.Select(i => classes[i])]);
        Assert.Equal(one.NormalizedMutualInformation, other.NormalizedMutualInformation, 1e-12);
        Assert.Equal(one.AdjustedRandIndex, other.AdjustedRandIndex, 1e-12);
        Assert.Equal(one.MatchedAccuracy, other.MatchedAccuracy, 1e-12);
        Assert.Equal(one.AdjustedRandIndex, ClusterScores.Of(classes, clusters).AdjustedRandIndex, 1e-12);
    }

    [Property(MaxTest = 50)]
    public void The_match_is_the_best_of_all(byte seed)
    {
        var random = new RandomSource(seed, 1);
        int n = 1 + random.NextInt(6);
        double[,] cost = new double[n, n];
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++) cost[i, j] = random.NextInt(20) - 10;
        int[] match = Hungarian.Match(cost);
        Assert.Equal(Enumerable.Range(0, n), match.Order());
        Assert.Equal(Permutations(n).Min(p => p.Select((column, row) => cost[row, column]).Sum()),
            match.Select((column, row) => cost[row, column]).Sum());
    }

    static IEnumerable<int[]> Permutations(int n) => n == 0 ? [[]]
        : Permutations(n - 1).SelectMany(p => Enumerable.Range(0, n).Select(place => (int[])[.. p[..place], n - 1, .. p[place..]]));

    [Fact]
    public void Complains_in_full()
    {
        Assert.Throws<ShapeException>(() => KMeans.Fit(Table.Normal(1, 3, 2), 4));
        Assert.Throws<ShapeException>(() => MiniBatchKMeans.Fit(Table.Normal(1, 3, 2), 4));
        Assert.Throws<NativeSslException>(() => KMeans.Fit(Table.Normal(1, 3, 2), 2, runs: 0));
        Assert.Throws<ShapeException>(() => KMeans.Fit(Table.Normal(1, 3, 2), 2).Predict(Table.Normal(1, 3, 3)));
        Assert.Throws<ShapeException>(() => Hungarian.Match(new double[2, 3]));
    }
}
