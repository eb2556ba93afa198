using FsCheck.Xunit;

namespace NativeSsl.Tests.Evaluation;

public sealed class TfIdfTests
{
    // The example of scikit-learn's guide (“Text feature extraction”): counts of three terms in six texts, and the rows it prints.
    [Fact]
    public void The_example_of_scikit_learn()
    {
        double[][] counts = [[3, 0, 1], [2, 0, 0], [3, 0, 0], [4, 0, 0], [3, 2, 0], [3, 0, 2]];
        double[][] expected = [[0.85151335, 0, 0.52433293], [1, 0, 0], [1, 0, 0], [1, 0, 0], [0.55422893, 0.83236428, 0], [0.63035731, 0, 0.77630514]];
        string[] texts = [.. counts.Select(row => string.Join(' ', row.SelectMany((count, j) => Enumerable.Repeat($"{"abc"[j]}{"abc"[j]}", (int)count))))];
        TfIdf terms = TfIdf.Fit(texts, new() { MostWords = 1, IsSublinear = false });
        Assert.Equal(["aa", "bb", "cc"], terms.Terms);
        SparseRows rows = terms.Transform(texts);
        for (int i = 0; i < 6; i++)
            for (int j = 0; j < 3; j++) Assert.Equal(expected[i][j], At(rows, i, j), 1e-8);
    }

    internal static double At(SparseRows rows, int row, int column)
    {
        int place = rows.Columns(row).IndexOf(column);
        return place < 0 ? 0 : rows.Values(row)[place];
    }

    [Fact]
    public void Terms_and_weights_by_hand()
    {
        string[] texts = ["The cat, the CAT sat", "a cat_1 I x2"];
        TfIdf terms = TfIdf.Fit(texts);
        Assert.Equal(["cat", "cat sat", "cat the", "cat_1", "cat_1 x2", "sat", "the", "the cat", "x2"], terms.Terms);
        Assert.All(terms.Weights, weight => Assert.Equal(1 + Math.Log(3 / 2.0), weight, 1e-12));
        SparseRows rows = terms.Transform(["cat cat cat sat", "unknown words"]);
        // cat thrice, sat once, "cat sat" once, all of one weight: (1 + ln 3, 1, 1) brought to length one
        double length = Math.Sqrt(Math.Pow(1 + Math.Log(3), 2) + 2);
        double[] expected = [(1 + Math.Log(3)) / length, 1 / length, 1 / length];
        for (int k = 0; k < 3; k++) Assert.Equal(expected[k], rows.Values(0)[k], 1e-12);
        Assert.True(rows.Columns(1).IsEmpty);
        Assert.Equal(["cat"], TfIdf.Fit(["the cat", "cat"], new() { LeastTexts = 2, MostWords = 1 }).Terms);
        Assert.Contains("no term", Assert.Throws<NativeSslException>(() => TfIdf.Fit(["a b", ""])).Message);
        Assert.Throws<NativeSslException>(() => TfIdf.Fit(["the cat"], new() { MostWords = 0 }));
    }

    [Property(MaxTest = 50)]
    public void Transposing_twice_changes_nothing(ulong seed)
    {
        var random = new RandomSource(seed, 0);
        SparseRows rows = SparseRows.Of(7, Enumerable.Range(0, 5).Select(_ =>
            Enumerable.Range(0, 7).Where(_ => random.NextInt(3) == 0).ToDictionary(j => j, _ => 1.0 + random.NextInt(9))));
        SparseRows flipped = rows.Transposed(), back = flipped.Transposed();
        Assert.Equal((7, 5), (flipped.Count, flipped.Width));
        for (int i = 0; i < 5; i++)
        {
            for (int j = 0; j < 7; j++) Assert.Equal(At(rows, i, j), At(flipped, j, i));
            Assert.Equal(rows.Columns(i).ToArray(), back.Columns(i).ToArray());
            Assert.Equal(Enumerable.Range(0, 7).Sum(j => At(rows, i, j) * At(rows, 0, j)), rows.Dot(i, rows, 0), 1e-12);
        }
        Assert.Throws<IndexException>(() => rows.Columns(5).Length);
        Assert.Throws<IndexException>(() => SparseRows.Of(2, [new Dictionary<int, double> { [2] = 1 }]));
    }

    [Fact]
    public void Pairs_by_hand()
    {
        SparseRows u = SparseRows.Of(3, [new Dictionary<int, double> { [0] = 2, [1] = 3 }]);
        SparseRows v = SparseRows.Of(3, [new Dictionary<int, double> { [1] = 3, [2] = 5 }]);
        SparseRows pairs = PairRows.Of(u, v);
        Assert.Equal([2, 3, 0, 0, 3, 5, 2, 0, 5, 0, 9, 0], Enumerable.Range(0, 12).Select(j => At(pairs, 0, j)));
        Assert.Throws<ShapeException>(() => PairRows.Of(u, SparseRows.Of(4, [])));
    }

    [Fact]
    public void The_nearest_text_is_that_of_the_largest_cosine()
    {
        LabelledTexts texts = BagOfWordsTests.Made(Split.Train, 60, 4);
        string[] queries = [.. BagOfWordsTests.Made(Split.Train, 40, 5).Texts, "nothing known"];
        TfIdf terms = TfIdf.Fit(texts.Texts);
        SparseRows bank = terms.Transform(texts.Texts), rows = terms.Transform(queries);
        IReadOnlyList<(int Place, double Similarity)> nearest = new TfIdfNeighbours(texts.Texts).Nearest(queries);
        for (int i = 0; i < queries.Length; i++)
        {
            double[] cosines = [.. Enumerable.Range(0, 60).Select(j => rows.Dot(i, bank, j))];
            Assert.Equal(cosines.Max(), nearest[i].Similarity, 1e-12);
            Assert.Equal(cosines.Max(), cosines[nearest[i].Place], 1e-12);
        }
        Assert.Equal((0, 0.0), nearest[^1]);
        Assert.Throws<NativeSslException>(() => new TfIdfNeighbours([]));
    }
}
