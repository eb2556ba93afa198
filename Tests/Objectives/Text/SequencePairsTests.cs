using FsCheck.Xunit;

namespace NativeSsl.Tests.Objectives;

public sealed class SequencePairsTests
{
    const int Padding = 0;
    static readonly CpuBackend Cpu = new(1);

    static (int[], int[])[] Numbered(int count) => [.. Enumerable.Range(1, count).Select(i => ((int[])[.. Enumerable.Repeat(i, 1 + i % 3), 99], (int[])[.. Enumerable.Repeat(i, 1 + i % 4), 99]))];

    [Fact]
    public void A_batch_is_padded_and_says_how_long_its_inputs_are_and_how_many_targets_count()
    {
        Views views = new SequencePairs(Cpu, [([5, 6, 9], [7, 9]), ([5, 9], [7, 8, 8, 9])], Padding, 2, 1).Everything().Single();
        Assert.Equal([5, 6, 9, 5, 9, 0], views.Indices[0].Values.ToArray());
        Assert.Equal([7, 9, 0, 0, 7, 8, 8, 9], views.Indices[1].Values.ToArray());
        Assert.Equal([3, 2], views.Indices[2].Values.ToArray());
        Assert.Equal(6, views.Terms);
    }

    [Property(MaxTest = 50)]
    public void Every_epoch_has_every_pair_once_in_an_order_of_its_own(byte count, byte batch, ulong seed)
    {
        (int pairs, int rows) = (1 + count % 60, 1 + batch % 20);
        var source = new SequencePairs(Cpu, Numbered(pairs), Padding, rows, seed);
        var firsts = new List<int>();
        for (int draw = 0; draw * rows < 2 * pairs; draw++)
        {
            Views views = source.Draw(draw);
            int length = views.Indices[0].Shape[1], time = views.Indices[1].Shape[1];
            for (int row = 0; row < rows; row++)
            {
                int pair = views.Indices[0].Values.Span[row * length];
                Assert.Equal(pair, views.Indices[1].Values.Span[row * time]);                  // the two sides stay together
                firsts.Add(pair);
            }
        }
        Assert.Equal(Enumerable.Range(1, pairs), firsts[..pairs].Order());
        Assert.Equal(Enumerable.Range(1, pairs), firsts[pairs..(2 * pairs)].Order());
        if (pairs > 12) Assert.NotEqual(firsts[..pairs], firsts[pairs..(2 * pairs)]);
        Assert.Equal(source.Draw(1).Indices[0].Values.ToArray(), new SequencePairs(Cpu, Numbered(pairs), Padding, rows, seed).Draw(1).Indices[0].Values.ToArray());
        Assert.Equal(pairs, source.Everything().Sum(views => views.Indices[2].Shape.Count));
    }

    [Fact]
    public void Batches_hold_pairs_of_about_the_same_length_which_meet_others_in_every_epoch_and_come_in_no_order()
    {
        const int Count = 4100, Rows = 16, Longest = 40;                            // no whole number of batches: one goes on into the next epoch
        var random = new RandomSource(3, 3);
        (int[], int[])[] pairs = [.. Enumerable.Range(0, Count).Select(i => ((int[])[1 + i, .. Enumerable.Repeat(1, random.NextInt(Longest))], (int[])[1]))];
        var source = new SequencePairs(Cpu, pairs, Padding, Rows, seed: 7);
        Views[] draws = [.. Enumerable.Range(0, 2 * Count / Rows).Select(draw => source.Draw(draw))];
        double Padded(IEnumerable<Views> views) => views.Sum(view => (double)view.Indices[0].Values.Span.Count(Padding)) / views.Sum(view => view.Indices[0].Values.Length);
        int epoch = Count / Rows;
        Assert.InRange(Padded(draws[..epoch]), 0, 0.06);                            // by chance nearly half
        Assert.InRange(Padded(draws[(epoch + 1)..]), 0, 0.06);
        HashSet<int>[] Met(Views[] views) => [.. views.Select(view => view.Indices[0].Values.ToArray().Chunk(view.Indices[0].Shape[1]).Select(row => row[0]).ToHashSet())];
        HashSet<int>[] before = Met(draws[..epoch]), after = Met(draws[(epoch + 1)..]);
        Assert.True(before.Max(one => after.Max(other => one.Intersect(other).Count())) < Rows / 2);
        double[] lengths = [.. draws[..epoch].Select(view => (double)view.Indices[0].Shape[1])];
        Assert.InRange(Math.Abs(lengths.Zip(lengths.Skip(1), (a, b) => (a - lengths.Average()) * (b - lengths.Average())).Average() / lengths.Average(a => (a - lengths.Average()) * (a - lengths.Average()))), 0, 0.2);
    }

    [Fact]
    public void Pairs_of_the_same_length_share_a_batch_by_chance()
    {
        const int Count = 2048, Rows = 4;
        var source = new SequencePairs(Cpu, [.. Enumerable.Range(0, Count).Select(i => ((int[])[1 + i], (int[])[1]))], Padding, Rows, seed: 7);
        double apart = Enumerable.Range(0, Count / Rows).Average(draw => source.Draw(draw).Indices[0].Values.ToArray() is var batch ? batch.Max() - batch.Min() : 0);
        Assert.InRange(apart / Count, 0.55, 0.65);                                   // of four by chance three fifths
    }

    [Fact]
    public void The_loss_of_a_batch_is_that_of_its_pairs_weighed_by_their_targets()
    {
        var model = new T5(new T5.Config { Vocabulary = 100, Layers = 1, Heads = 2, Width = 8, HeadWidth = 4, Hidden = 16, Dropout = 0f }, new Init(Cpu, 2));
        var objective = new TextToText(model, Padding);
        Assert.Equal(objective.MeanLoss(Cpu, new SequencePairs(Cpu, Numbered(10), Padding, 1, 1)), objective.MeanLoss(Cpu, new SequencePairs(Cpu, Numbered(10), Padding, 4, 1)), 1e-5);
    }

    [Fact]
    public void What_cannot_be_learned_from_is_refused()
    {
        Assert.Throws<ShapeException>(() => new SequencePairs(Cpu, [], Padding, 1, 1));
        Assert.Throws<ShapeException>(() => new SequencePairs(Cpu, Numbered(3), Padding, 0, 1));
        Assert.Contains("pair 1", Assert.Throws<ShapeException>(() => new SequencePairs(Cpu, [([1], [1]), ([], [1])], Padding, 1, 1)).Message, StringComparison.Ordinal);
        Assert.Contains("pair 0", Assert.Throws<IndexException>(() => new SequencePairs(Cpu, [([1], [1, 0])], Padding, 1, 1)).Message, StringComparison.Ordinal);
        Assert.Throws<NativeSslException>(() => new SequencePairs(Cpu, Numbered(3), Padding, 1, 1).Draw(-1));
    }
}
