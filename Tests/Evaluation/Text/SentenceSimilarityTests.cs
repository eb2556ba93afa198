using FsCheck.Xunit;

namespace NativeSsl.Tests.Evaluation;

public sealed class SentenceSimilarityTests
{
    static double Cosine(double[] a, double[] b) =>
        a.Zip(b, (x, y) => x * y).Sum() / Math.Sqrt(a.Sum(x => x * x) * b.Sum(y => y * y));

    [Fact]
    public void Cosines_and_anisotropy_agree_with_all_pairs()
    {
        Tensor first = Table.Normal(1, 30, 5), second = Table.Normal(2, 30, 5) + 0.5f;
        double[][] x = Table.Rows(first), y = Table.Rows(second);
        double[] cosines = SentenceSimilarity.Cosines(first, second);
        for (int i = 0; i < 30; i++) Assert.Equal(Cosine(x[i], y[i]), cosines[i], 1e-6);
        double total = 0;
        for (int i = 0; i < 30; i++) for (int j = 0; j < 30; j++) if (i != j) total += Cosine(y[i], y[j]);
        Assert.Equal(total / (30 * 29), SentenceSimilarity.Anisotropy(second), 1e-6);
        Assert.Equal(1, SentenceSimilarity.Anisotropy(Tensor.From(Table.Cpu, [3, 2], 1, 2, 2, 4, 3, 6)), 1e-6);
        Assert.Equal(-1 / 3.0, SentenceSimilarity.Anisotropy(Tensor.From(Table.Cpu, [4, 2], 1, 0, -1, 0, 0, 1, 0, -1)), 1e-6);
        Assert.Throws<ShapeException>(() => SentenceSimilarity.Anisotropy(Tensor.From(Table.Cpu, [1, 2], 1, 2)));
        Assert.Throws<ShapeException>(() => SentenceSimilarity.Cosines(first, Table.Normal(1, 29, 5)));
    }

    [Fact]
    public void Scores_of_a_set_by_hand()
    {
        // Each sentence is an angle; people's scores are the cosines but for one pair of twins in the wrong order.
        Dictionary<string, double> angles = new() { ["a"] = 0, ["b"] = 0.3, ["c"] = 1, ["d"] = 2.5, ["e"] = 0.1 };
        Tensor Embed(IReadOnlyList<string> texts) => Tensor.From(Table.Cpu, [texts.Count, 2],
            [.. texts.SelectMany(text => new[] { 3 * (float)Math.Cos(angles[text]), 3 * (float)Math.Sin(angles[text]) })]);
        TextPairs pairs = new("p", ["a", "a", "b", "c"], ["e", "c", "d", "d"], [4.5, 3, 0.5, 1]);
        SentenceScores scores = SentenceSimilarity.Of(pairs, Embed);
        Assert.Equal(1, scores.Spearman, 1e-12);                                // cos 0.1 > cos 1 > cos 1.5 > cos 2.2
        Assert.Equal(0.8, SentenceSimilarity.Of(new("p", pairs.Firsts, pairs.Seconds, [3, 4.5, 0.5, 1]), Embed).Spearman, 1e-12);
        Assert.Equal(2 - 2 * Math.Cos(0.1), scores.Alignment!.Value, 1e-6);       // the one pair above 4
        double[] all = [.. angles.Values];
        double mean = all.SelectMany((x, i) => all.Where((_, j) => i != j).Select(y => Math.Cos(x - y))).Average();
        double exponentials = all.SelectMany((x, i) => all.Where((_, j) => i != j).Select(y => Math.Exp(-2 * (2 - 2 * Math.Cos(x - y))))).Average();
        Assert.Equal(mean, scores.Anisotropy, 1e-6);
        Assert.Equal(Math.Log(exponentials), scores.Uniformity, 1e-5);
        Assert.Null(SentenceSimilarity.Of(pairs, Embed, alike: 5).Alignment);
        Assert.Throws<NativeSslException>(() => SentenceSimilarity.Of(new("p", ["a"], ["b"]), Embed));
    }

    [Property(MaxTest = 30)]
    public void Retrieval_agrees_with_all_pairs(ulong seed)
    {
        Tensor first = Table.Normal(seed, 40, 3), second = first + Table.Normal(seed + 1, 40, 3) * 0.3f;
        double[][] x = Table.Rows(first), y = Table.Rows(second);
        double Share(double[][] from, double[][] to) => Enumerable.Range(0, 40).Count(i =>
            Enumerable.Range(0, 40).MaxBy(j => Cosine(from[i], to[j])) == i) / 40.0;
        PairRetrieval found = PairRetrieval.Of(first, second);
        Assert.Equal((Share(x, y), Share(y, x)), (found.Forward, found.Backward));
    }

    [Fact]
    public void Retrieval_in_several_pieces_and_with_ties()
    {
        Tensor rows = Table.Normal(1, 600, 8);
        Assert.Equal(new PairRetrieval(1, 1), PairRetrieval.Of(rows, rows * 2f));
        Assert.Equal(new PairRetrieval(0.25, 0.25), PairRetrieval.Of(Tensor.From(Table.Cpu, [4, 1], 1, 1, 1, 1), Tensor.From(Table.Cpu, [4, 1], 1, 1, 1, 1)));
        Assert.Throws<ShapeException>(() => PairRetrieval.Of(rows, Table.Normal(1, 599, 8)));
    }
}
