namespace NativeSsl.Tests.Evaluation;

public sealed class NearestNeighboursTests
{
    // Section 3.4 of the paper, loop by loop.
    static int[] Textbook(FeatureSet bank, Tensor queries, int neighbours, double temperature)
    {
        double[][] rows = Table.Rows(bank.Values);
        int[] labels = bank.Labels.ToArray();
        return [.. Table.Rows(queries).Select(query =>
        {
            double[] votes = new double[bank.Classes];
            foreach (int i in Enumerable.Range(0, rows.Length).OrderByDescending(i => Cosine(query, rows[i])).Take(neighbours))
                votes[labels[i]] += Math.Exp(Cosine(query, rows[i]) / temperature);
            return Array.IndexOf(votes, votes.Max());
        })];
    }

    static double Cosine(double[] a, double[] b) =>
        a.Zip(b, (x, y) => x * y).Sum() / Math.Sqrt(a.Sum(x => x * x) * b.Sum(x => x * x));

    [Theory]
    [InlineData(1, 0.07), InlineData(5, 0.07), InlineData(20, 1.0), InlineData(200, 0.07)]
    public void Is_the_textbooks(int neighbours, double temperature)
    {
        FeatureSet bank = Table.Clouds(301, 13, classes: 4, gap: 0.5);
        Tensor queries = Table.Clouds(277, 13, 4, 0.5, Split.Test).Values;
        int[] expected = Textbook(bank, queries, neighbours, temperature);
        Assert.Equal(expected, new NearestNeighbours(bank, temperature).Predict(queries, neighbours));
    }

    [Fact]
    public void Several_k_at_once_are_the_same_as_each_alone()
    {
        FeatureSet bank = Table.Clouds(90, 7, 3, 0.4);
        var nearest = new NearestNeighbours(bank);
        Tensor queries = Table.Normal(5, 40, 7);
        int[][] together = nearest.Predict(queries, [20, 1, 500]);
        Assert.Equal(nearest.Predict(queries, 20), together[0]);
        Assert.Equal(nearest.Predict(queries, 1), together[1]);
        Assert.Equal(nearest.Predict(queries, 90), together[2]);
    }

    [Fact]
    public void The_weight_decides_not_the_number()
    {
        // One row of class 1 in the query's own direction against two of class 0 at 60°: exp(1 / 0.07) is more than two exp(0.5 / 0.07).
        var bank = new FeatureSet("hand", Split.Train, Tensor.From(Table.Cpu, [3, 2], 1, 0, 0.5f, 0.8660254f, 0.5f, -0.8660254f),
            [1, 0, 0], 2);
        Tensor query = Tensor.From(Table.Cpu, [1, 2], 3, 0);
        Assert.Equal([1], new NearestNeighbours(bank).Predict(query, 3));
        Assert.Equal([0], new NearestNeighbours(bank, temperature: 100).Predict(query, 3));
    }

    [Fact]
    public void A_row_finds_itself() =>
        Assert.Equal(1.0, new NearestNeighbours(Table.Clouds(60, 5, 3, 0)).Accuracy(Table.Clouds(60, 5, 3, 0), 1));

    [Fact]
    public void Of_equal_rows_the_first_counts()
    {
        var bank = new FeatureSet("equal", Split.Train, Tensor.Full(Table.Cpu, [9, 2], 1), [2, 1, 1, 1, 1, 0, 0, 0, 0], 3);
        Assert.Equal([2], new NearestNeighbours(bank).Predict(Tensor.Full(Table.Cpu, [1, 2], 3), 1));
        Assert.Equal([1], new NearestNeighbours(bank).Predict(Tensor.Full(Table.Cpu, [1, 2], 3), 5));
    }

    [Fact]
    public void A_tiny_temperature_does_not_overflow() =>
        Assert.Equal(1.0, new NearestNeighbours(Table.Clouds(60, 5, 3, 0), 1e-4).Accuracy(Table.Clouds(60, 5, 3, 0), 20));

    [Fact]
    public void The_largest_are_found_in_order()
    {
        var random = new RandomSource(9, 0);
        for (int count = 0; count <= 40; count++)
        {
            float[] values = [.. Enumerable.Range(0, 40).Select(_ => (float)random.NextInt(12))];
            Assert.Equal(Enumerable.Range(0, 40).OrderByDescending(i => values[i]).ThenBy(i => i).Take(count), Nearest.Of(values, count));
        }
    }

    [Fact]
    public void Refuses_what_it_must_not_see()
    {
        FeatureSet train = Table.Clouds(8, 3, 2, 1), test = Table.Clouds(8, 3, 2, 1, Split.Test);
        Assert.Contains("test split", Assert.Throws<NativeSslException>(() => new NearestNeighbours(test)).Message);
        Assert.Throws<NativeSslException>(() => new NearestNeighbours(new FeatureSet("unlabelled", Split.Train, train.Values)));
        Assert.Throws<NativeSslException>(() => new NearestNeighbours(train, temperature: 0));
        Assert.Throws<NativeSslException>(() => new NearestNeighbours(train).Predict(test.Values, 0));
        Assert.Throws<ShapeException>(() => new NearestNeighbours(train).Predict(Table.Normal(1, 4, 2), 1));
        Assert.Throws<NativeSslException>(() => new NearestNeighbours(train)
            .Accuracy(new FeatureSet("unlabelled", Split.Test, test.Values), 1));
    }
}
