namespace NativeSsl.Tests.Evaluation;

public sealed class LabelFreeTests
{
    static double[][] Directions(Tensor x) => [.. Table.Rows(x).Select(row =>
    {
        double length = Math.Sqrt(row.Sum(v => v * v));
        return row.Select(v => v / length).ToArray();
    })];

    static double SquaredDistance(double[] a, double[] b) => a.Zip(b, (x, y) => (x - y) * (x - y)).Sum();

    [Fact]
    public void Alignment_is_the_textbooks()
    {
        Tensor first = Table.Normal(1, 37, 5), second = Table.Normal(2, 37, 5);
        double expected = Directions(first).Zip(Directions(second), SquaredDistance).Average();
        Assert.Equal(expected, Alignment.Of(first, second), 1e-6);
        Assert.Equal(0, Alignment.Of(first, first * 3f), 1e-10);
        Assert.Equal(4, Alignment.Of(first, -first), 1e-6);
    }

    [Theory]
    [InlineData(37), InlineData(300)]
    public void Uniformity_is_the_textbooks(int count)
    {
        Tensor x = Table.Normal(3, count, 5);
        double[][] rows = Directions(x);
        double total = 0;
        for (int i = 0; i < count; i++)
            for (int j = 0; j < i; j++) total += Math.Exp(-2 * SquaredDistance(rows[i], rows[j]));
        Assert.Equal(Math.Log(total / (count * (count - 1) / 2)), Uniformity.Of(x), 1e-5);
    }

    [Fact]
    public void Collapsed_features_score_worst()
    {
        Tensor point = Tensor.Full(Table.Cpu, [20, 6], 0.5f), nothing = Tensor.Zeros(Table.Cpu, [20, 6]);
        Assert.All(new[] { point, nothing }, x =>
        {
            Assert.Equal(0, Uniformity.Of(x), 1e-5);
            Assert.Equal(0, Spread.Of(x), 1e-3);
            Assert.Equal(1, RankMe.Of(x), 1e-3);
        });
    }

    [Theory]
    [InlineData(1), InlineData(3), InlineData(8)]
    public void The_rank_of_equal_singular_values_is_their_number(int rank)
    {
        // Orthogonal columns of equal length, then zeros.
        float[] values = new float[16 * 10];
        for (int i = 0; i < 16; i++) if (i % 8 < rank) values[i * 10 + i % 8] = 2;
        Assert.Equal(rank, RankMe.Of(Tensor.From(Table.Cpu, [16, 10], values)), 1e-4 * rank);
    }

    [Fact]
    public void The_rank_is_of_singular_values_not_of_their_squares()
    {
        Tensor x = Tensor.From(Table.Cpu, [2, 2], 3, 0, 0, 1);
        Assert.Equal(Math.Exp(-(0.75 * Math.Log(0.75) + 0.25 * Math.Log(0.25))), RankMe.Of(x), 1e-5);
    }

    [Fact]
    public void Spread_is_the_textbooks_and_one_on_the_sphere()
    {
        Tensor x = Table.Normal(5, 4000, 32);
        double[][] rows = Directions(x);
        double expected = Math.Sqrt(32) * Enumerable.Range(0, 32).Average(j =>
            Math.Sqrt(rows.Average(row => row[j] * row[j]) - Math.Pow(rows.Average(row => row[j]), 2)));
        Assert.Equal(expected, Spread.Of(x), 1e-5);
        Assert.Equal(1, Spread.Of(x), 0.01);
    }

    [Fact]
    public void Equal_values_share_the_mean_of_their_ranks() =>
        Assert.Equal([4.0, 1.5, 3.0, 1.5], RankCorrelation.Ranks([9, 2, 5, 2]));

    // Without ties ρ = 1 − 6 Σd² / n(n² − 1); here d² is 1 + 1 + 0 + 1 + 1 = 4 and n = 5.
    [Fact]
    public void Rank_correlation_by_hand()
    {
        Assert.Equal(1 - 6 * 4 / (5.0 * 24), RankCorrelation.Spearman([1, 2, 3, 4, 5], [2, 1, 3, 5, 4]), 1e-12);
        Assert.Equal(1, RankCorrelation.Spearman([1, 2, 3], [0.1, 10, 1000]), 1e-12);
        Assert.Equal(-1, RankCorrelation.Spearman([1, 2, 2, 3], [9, 4, 4, 1]), 1e-12);
        // Ranks 1, 2.5, 2.5, 4 against 1, 3, 2, 4: 4.5 / √(4.5 · 5).
        Assert.Equal(4.5 / Math.Sqrt(4.5 * 5), RankCorrelation.Spearman([1, 2, 2, 3], [1, 3, 2, 4]), 1e-12);
        Assert.True(double.IsNaN(RankCorrelation.Spearman([1, 1, 1], [1, 2, 3])));
    }

    [Fact]
    public void Complains_in_full()
    {
        Assert.Throws<ShapeException>(() => Alignment.Of(Table.Normal(1, 3, 2), Table.Normal(1, 4, 2)));
        Assert.Throws<ShapeException>(() => Uniformity.Of(Table.Normal(1, 1, 2)));
        Assert.Throws<ShapeException>(() => Spread.Of(Table.Normal(1, 6)));
        Assert.Throws<ShapeException>(() => RankMe.Of(Table.Normal(1, 6)));
        Assert.Throws<ShapeException>(() => RankCorrelation.Spearman([1, 2], [1, 2, 3]));
        Assert.Throws<NativeSslException>(() => RankMe.Of(Tensor.Full(Table.Cpu, [3, 3], float.NaN)));
    }
}
