using FsCheck.Xunit;

namespace NativeSsl.Tests.Objectives;

public sealed class SpanCorruptionTextsTests
{
    const int Padding = 0;
    static readonly CpuBackend Cpu = new(1);
    static readonly SpanCorruption Corruption = new() { FirstSentinel = 999, Sentinels = 20, End = 1, Density = 0.3f, MeanSpan = 2f };

    // Text i has the tokens 100 i, 100 i + 1 …
    static int[][] Numbered(int count) => [.. Enumerable.Range(0, count).Select(i => Enumerable.Range(1000 + 100 * i, 2 + i * 7 % 30).ToArray())];

    static SpanCorruptionTexts New(int[][] texts, int batch = 3, ulong seed = 1) => new(Cpu, texts, Corruption, Padding, batch, seed);

    static IEnumerable<int[]> Rows(Indices indices) => indices.Values.ToArray().Chunk(indices.Shape[1]);

    static int[][] Restored(Views views) => [.. Rows(views.Indices[0]).Zip(Rows(views.Indices[1]), (inputs, targets) => Corruption.Fill(inputs, [.. targets.Where(token => token != Padding)]))];

    [Property(MaxTest = 50)]
    public void Every_epoch_has_every_text_once_and_whole_but_for_what_is_to_be_written(byte count, byte batch, ulong seed)
    {
        int[][] texts = Numbered(1 + count % 40);
        int rows = 1 + batch % 9;
        SpanCorruptionTexts source = New(texts, rows, seed);
        List<int[]> seen = [];
        for (int draw = 0; draw * rows < 2 * texts.Length; draw++) seen.AddRange(Restored(source.Draw(draw)));
        foreach (int epoch in (int[])[0, 1])
            Assert.Equal(texts, seen.Skip(epoch * texts.Length).Take(texts.Length).OrderBy(text => text[0]));
        Assert.Equal(texts, source.Everything().SelectMany(Restored));
    }

    [Fact]
    public void Rows_are_padded_behind_their_end_and_say_how_long_they_are()
    {
        int[][] texts = Numbered(4);                                                // 2, 9, 16 and 23 tokens
        Views views = New(texts, 4).Everything().Single();
        (int Inputs, int Targets)[] lengths = [.. texts.Select(text => Corruption.Lengths(text.Length))];
        Assert.Equal([4, lengths.Max(one => one.Inputs)], views.Indices[0].Shape);
        Assert.Equal([4, lengths.Max(one => one.Targets)], views.Indices[1].Shape);
        Assert.Equal(lengths.Select(one => one.Inputs), views.Indices[2].Values.ToArray());
        Assert.Equal(lengths.Sum(one => one.Targets), views.Terms);
        Assert.Equal(lengths.Select(one => one.Inputs - 1), Rows(views.Indices[0]).Select(row => Array.IndexOf(row, Corruption.End)));
        Assert.Equal(lengths.Select(one => one.Targets - 1), Rows(views.Indices[1]).Select(row => Array.IndexOf(row, Corruption.End)));
        Assert.All(Rows(views.Indices[0]), row => Assert.All(row.SkipWhile(token => token != Corruption.End).Skip(1), token => Assert.Equal(Padding, token)));
    }

    [Fact]
    public void A_text_is_cut_elsewhere_in_every_epoch_by_the_seed_and_always_alike_when_everything_is_asked()
    {
        int[][] texts = [[.. Enumerable.Range(100, 30)]];
        string Cut(Views views) => string.Join(' ', views.Indices[0].Values.ToArray());
        SpanCorruptionTexts source = New(texts, 1);
        string[] epochs = [.. Enumerable.Range(0, 20).Select(draw => Cut(source.Draw(draw)))];
        Assert.True(epochs.Distinct().Count() > 15);
        Assert.Equal(epochs[7], Cut(New(texts, 1).Draw(7)));
        Assert.NotEqual(epochs[7], Cut(New(texts, 1, seed: 2).Draw(7)));
        Assert.Equal(Cut(source.Everything().Single()), Cut(source.Everything().Single()));
        Assert.DoesNotContain(Cut(source.Everything().Single()), epochs);
    }

    [Fact]
    public void No_text_is_cut_by_the_numbers_of_another()
    {
        int[][] texts = [.. Enumerable.Range(0, 40).Select(i => Enumerable.Range(1000 + 100 * i, 30).ToArray())];
        SpanCorruptionTexts source = New(texts, 40);
        string[] cuts = [.. source.Everything().Concat([source.Draw(0), source.Draw(1)]).SelectMany(views => Rows(views.Indices[0]))
            .Select(row => string.Concat(row.Select(token => token >= 1000 ? $"{token % 100} " : "| ")))];
        Assert.True(cuts.Distinct().Count() > 115, $"{cuts.Distinct().Count()} of 120 cuts differ");
    }

    // Where a run is resumed with another version, the cuts must be the same ones; and they depend on where in the stream each text's numbers begin.
    [Fact]
    public void Cuts_are_what_they_have_always_been()
    {
        int[][] texts = [.. Enumerable.Range(0, 4).Select(i => Enumerable.Range(1000 + 100 * i, 12).ToArray())];
        SpanCorruptionTexts source = New(texts, 4, seed: 5);
        string Shape(Views views) => string.Join(' ', Rows(views.Indices[0]).Select(row => $"{row[0] / 100 - 10}:{string.Concat(row.Select(token => Corruption.IsSentinel(token) ? 'x' : '.'))}"));
        Assert.Equal("2:......x..x. 0:.......x.x. 1:.....x...x. 3:......x..x.", Shape(source.Draw(0)));
        Assert.Equal("2:.x.......x. 0:.x.......x. 3:.x.......x. 1:....x....x.", Shape(source.Draw(1)));
        Assert.Equal("0:.......x.x. 1:...x.....x. 2:..x......x. 3:....x....x.", Shape(source.Everything().Single()));
    }

    [Fact]
    public void Batches_hold_texts_of_about_the_same_length()
    {
        var random = new RandomSource(3, 3);
        int[][] texts = [.. Enumerable.Range(0, 2000).Select(_ => Enumerable.Range(100, 2 + random.NextInt(40)).ToArray())];
        SpanCorruptionTexts source = New(texts, 16);
        Views[] draws = [.. Enumerable.Range(0, 125).Select(draw => source.Draw(draw))];
        Assert.InRange(draws.Sum(views => (double)views.Indices[0].Values.Span.Count(Padding)) / draws.Sum(views => views.Indices[0].Values.Length), 0, 0.12);   // by chance nearly half
    }

    [Fact]
    public void What_cannot_be_learned_from_is_refused()
    {
        Assert.Throws<ShapeException>(() => New([]));
        Assert.Throws<ShapeException>(() => New(Numbered(2), batch: 0));
        Assert.Contains("text 1", Assert.Throws<ShapeException>(() => New([[5, 6], [5]])).Message, StringComparison.Ordinal);
        foreach (int mark in (int[])[Padding, Corruption.End, Corruption.FirstSentinel, Corruption.FirstSentinel - 19])
            Assert.Contains($"token {mark} at place 2 of text 1", Assert.Throws<IndexException>(() => New([[5, 6], [5, 6, mark]])).Message, StringComparison.Ordinal);
        Assert.Contains("20 sentinels", Assert.Throws<NativeSslException>(() => New([[.. Enumerable.Range(2000, 200)]])).Message, StringComparison.Ordinal);
        Assert.Contains("draw -1", Assert.Throws<NativeSslException>(() => New(Numbered(2)).Draw(-1)).Message, StringComparison.Ordinal);
    }
}
