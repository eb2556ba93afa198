namespace NativeSsl.Tests.Objectives;

public sealed class SpanCorruptionWindowsTests
{
    static readonly CpuBackend Cpu = new(1);
    static readonly SpanCorruption Corruption = new() { FirstSentinel = 999, Sentinels = 20, End = 1, Density = 0.3f, MeanSpan = 2f };
    static readonly int[] Text = [.. Enumerable.Range(100, 77)];

    static SpanCorruptionWindows New(int length = 12, int batch = 3, ulong seed = 1) => new(Cpu, Text, Corruption, length, batch, seed);

    static int[][] Restored(Views views) =>
        [.. Rows(views.Indices[0]).Zip(Rows(views.Indices[1]), (inputs, targets) => Corruption.Fill(inputs, targets))];

    static IEnumerable<int[]> Rows(Indices indices) => indices.Values.ToArray().Chunk(indices.Shape[1]);

    [Fact]
    public void A_draw_is_a_function_of_seed_and_number()
    {
        int[] Draw(ulong seed, long number) => New(seed: seed).Draw(number).Indices[0].Values.ToArray();
        Assert.Equal(Draw(1, 7), Draw(1, 7));
        Assert.NotEqual(Draw(1, 7), Draw(1, 8));
        Assert.NotEqual(Draw(1, 7), Draw(2, 7));
    }

    [Fact]
    public void Every_row_is_a_window_of_the_text_and_every_start_is_drawn()
    {
        HashSet<int> starts = [];
        HashSet<string> shapes = [];
        for (int number = 0; number < 300; number++)
        {
            Views views = New().Draw(number);
            (int inputs, int targets) = Corruption.Lengths(12);
            Assert.Equal([3, inputs], views.Indices[0].Shape);
            Assert.Equal([3, targets], views.Indices[1].Shape);
            Assert.Equal(3 * targets, views.Terms);
            foreach (int[] window in Restored(views))
            {
                Assert.Equal(Enumerable.Range(window[0], 12), window);
                starts.Add(window[0]);
            }
            foreach (int[] row in Rows(views.Indices[0])) shapes.Add(string.Concat(row.Select(token => Corruption.IsSentinel(token) ? 'x' : '.')));
        }
        Assert.Equal(Enumerable.Range(100, 77 - 11), starts.Order());
        Assert.Equal(7, shapes.Count);                          // 4 of 12 tokens in 2 spans: the 8 others are cut in two in 7 ways
    }

    [Theory, InlineData(12, 3, 77), InlineData(11, 2, 77), InlineData(19, 1, 76), InlineData(38, 4, 76), InlineData(77, 1, 77)]
    public void Everything_is_the_text_once_and_always_cut_in_the_same_places(int length, int batch, int tokens)
    {
        Views[] all = [.. New(length, batch).Everything()], again = [.. New(length, batch).Everything()];
        Assert.Equal(Text[..tokens], all.SelectMany(views => Restored(views).SelectMany(window => window)));
        Assert.Equal(all.SelectMany(views => views.Indices[0].Values.ToArray()), again.SelectMany(views => views.Indices[0].Values.ToArray()));
        Assert.All(all, views => Assert.Equal(views.Indices[1].Values.Length, views.Terms));
        Assert.NotEqual(all[0].Indices[0].Values.ToArray(), New(length, batch, seed: 2).Everything().First().Indices[0].Values.ToArray());
    }

    [Fact]
    public void What_does_not_fit_is_named()
    {
        Assert.Contains("77 tokens are too few for a window of 78", Assert.Throws<ShapeException>(() => New(length: 78)).Message, StringComparison.Ordinal);
        Assert.Contains("token 157 at place 57 of the text is one of the sentinels, 157 … 176",
            Assert.Throws<IndexException>(() => new SpanCorruptionWindows(Cpu, Text, Corruption with { FirstSentinel = 176 }, 12, 3, 1)).Message, StringComparison.Ordinal);
        Assert.Contains("have 2 spans but there are 1 sentinels",
            Assert.Throws<NativeSslException>(() => new SpanCorruptionWindows(Cpu, Text, Corruption with { Sentinels = 1 }, 12, 3, 1)).Message, StringComparison.Ordinal);
    }
}
