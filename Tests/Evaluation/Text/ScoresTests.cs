using FsCheck.Xunit;

namespace NativeSsl.Tests.Evaluation;

public sealed class ScoresTests
{
    static double Mean(double[] sums) => sums[0] / sums[1];

    [Fact]
    public void A_bootstrap_knows_luck_from_skill()
    {
        var random = new RandomSource(1, 0);
        double[][] first = [.. Enumerable.Range(0, 200).Select(_ => new double[] { random.NextNormal(), 1 })];
        double[][] better = [.. first.Select(of => new double[] { of[0] + 0.3 + 0.5 * random.NextNormal(), 1 })];
        double[][] alike = [.. first.Select(of => new double[] { of[0] + 0.5 * random.NextNormal(), 1 })];
        PairedBootstrap clear = PairedBootstrap.Of(better, first, Mean), luck = PairedBootstrap.Of(alike, first, Mean);
        Assert.True(clear.FirstWins > 0.999 && clear.Low > 0, $"{clear}");
        Assert.True(luck.Low < 0 && luck.High > 0, $"{luck}");
        // The interval of a mean is known: ± 1.96 · 0.5 / √200 around the difference.
        double difference = clear.First - clear.Second;
        Assert.Equal(1.96 * 0.5 / Math.Sqrt(200), (clear.High - clear.Low) / 2, 0.01);
        Assert.InRange(difference, clear.Low, clear.High);
        // Paired: the same texts for both. Drawn apart, the interval would be that of a deviation of √2, not of 0.5.
        Assert.Equal(better.Average(of => of[0]), clear.First, 1e-12);
        Assert.Equal(clear, PairedBootstrap.Of(better, first, Mean));
        Assert.NotEqual(clear, PairedBootstrap.Of(better, first, Mean, seed: 1));
    }

    [Fact]
    public void A_bootstrap_of_a_system_with_itself_has_no_winner()
    {
        double[][] bleu = [.. BleuTests.Hypotheses.Select((text, i) => Bleu.Statistics(text, BleuTests.References[i]))];
        PairedBootstrap same = PairedBootstrap.Of(bleu, bleu, sums => Bleu.Of(sums).Score, samples: 100);
        Assert.Equal((0.0, 0.0, 0.0), (same.FirstWins, same.Low, same.High));
        Assert.Equal(48.530827, same.First, 1e-6);
        Assert.Throws<ShapeException>(() => PairedBootstrap.Of(bleu, bleu[1..], Mean));
        Assert.Throws<ShapeException>(() => PairedBootstrap.Of([], [], Mean));
        Assert.Throws<NativeSslException>(() => PairedBootstrap.Of(bleu, bleu, Mean, samples: 0));
    }

    [Fact]
    public void Classes_by_hand()
    {
        // class 0: 2 found of 3, 2 of 3 guesses right; class 1: 1 of 2, 1 of 2; class 2 never occurs; class 3 is guessed once only.
        ClassScores scores = ClassScores.Of([0, 0, 1, 0, 1, 3], [0, 0, 0, 1, 1, 1], 4);
        Assert.Equal(3 / 6.0, scores.Accuracy);
        Assert.Equal([2 / 3.0, 1 / 2.0, 0, 0], scores.Precisions);
        Assert.Equal([2 / 3.0, 1 / 3.0, 0, 0], scores.Recalls);
        Assert.Equal(2 / 5.0, scores.F1[1], 1e-12);
        Assert.Equal((2 / 3.0 + 2 / 5.0 + 0) / 3, scores.MacroF1, 1e-12);
        Assert.Throws<ShapeException>(() => ClassScores.Of([0], [0, 1], 2));
        Assert.Throws<IndexException>(() => ClassScores.Of([2], [0], 2));
    }

    // All pairs, all thresholds.
    [Property(MaxTest = 200)]
    public void Out_of_scope_agrees_with_the_textbook(ulong seed)
    {
        var random = new RandomSource(seed, 0);
        double[] Draw(int most, int shift) => [.. Enumerable.Range(0, 1 + random.NextInt(most)).Select(_ => (double)random.NextInt(8) + shift)];
        double[] inside = Draw(30, 2), outside = Draw(20, 0);
        bool[] right = [.. inside.Select(_ => random.NextInt(4) > 0)];
        double pairs = inside.Sum(a => outside.Sum(b => a > b ? 1 : a == b ? 0.5 : 0));
        Assert.Equal(pairs / inside.Length / outside.Length, OutOfScope.Auroc(inside, outside), 1e-12);

        double[] thresholds = [.. inside.Concat(outside).Distinct().Order(), double.PositiveInfinity];
        double accepted = thresholds.Last(t => inside.Count(a => a >= t) >= 0.95 * inside.Length - 1e-9);
        Assert.Equal(outside.Count(b => b >= accepted) / (double)outside.Length, OutOfScope.FalsePositiveRate(inside, outside), 1e-12);

        double At(double t) => (inside.Where((a, i) => a >= t && right[i]).Count() + outside.Count(b => b < t)) / (double)(inside.Length + outside.Length);
        double chosen = OutOfScope.Threshold(inside, right, outside);
        Assert.Equal(thresholds.Max(At), At(chosen), 1e-12);
        Assert.Equal(thresholds.First(t => At(t) == thresholds.Max(At)), chosen);
        Assert.Equal(At(chosen), OutOfScope.Accuracy(inside, right, outside, chosen), 1e-12);
    }

    [Fact]
    public void Out_of_scope_by_hand()
    {
        double[] inside = [.. Enumerable.Range(1, 20).Select(i => (double)i)];
        Assert.Equal((1.0, 0.0), (OutOfScope.Auroc(inside, [0, 0.5]), OutOfScope.FalsePositiveRate(inside, [0, 1.5])));
        Assert.Equal(0.5, OutOfScope.FalsePositiveRate(inside, [1.5, 2]));                  // 19 of 20 are accepted from 2 on
        Assert.Equal(1, OutOfScope.FalsePositiveRate(inside, [1.5, 2], recall: 1));
        Assert.Throws<ShapeException>(() => OutOfScope.Auroc(inside, []));
        Assert.Throws<ShapeException>(() => OutOfScope.Threshold(inside, [true], [0]));
        Assert.Throws<NativeSslException>(() => OutOfScope.FalsePositiveRate(inside, [0], recall: 0));
    }

    // Kendall's rule for ties, by a table of Spearman's ρ computed as Pearson's correlation of mean ranks.
    [Fact]
    public void Ties_share_the_mean_of_their_ranks()
    {
        Assert.Equal([1, 2.5, 2.5, 4], RankCorrelation.Ranks([1, 3, 3, 7]));
        // x 1 2.5 2.5 4 against y 1 2 3 4: Σ = 4.5, √(4.5 · 5)
        Assert.Equal(4.5 / Math.Sqrt(4.5 * 5), RankCorrelation.Spearman([1, 3, 3, 7], [10, 20, 30, 40]), 1e-12);
    }
}
