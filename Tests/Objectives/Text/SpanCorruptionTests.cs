using FsCheck.Xunit;

namespace NativeSsl.Tests.Objectives;

public sealed class SpanCorruptionTests
{
    // Ordinary tokens are below 1000; 1099 is the first sentinel, as 32099 is T5's.
    static readonly SpanCorruption Usual = new() { FirstSentinel = 1099, End = 1 };

    static int[] Tokens(int length, ulong seed)
    {
        var random = new RandomSource(seed, 0);
        return [.. Enumerable.Range(0, length).Select(_ => 2 + random.NextInt(600))];
    }

    // (text, noise) from whatever FsCheck drew.
    static (SpanCorruption, int[], bool[]) Case(int length, int density, int mean, int seed)
    {
        SpanCorruption corruption = Usual with { Density = 0.01f + (density & 0xFF) / 262f, MeanSpan = 1f + (mean & 0xFF) / 32f, Sentinels = 400 };
        int tokens = 2 + (length & 0x1FF);
        return (corruption, Tokens(tokens, (ulong)seed), corruption.Noise(tokens, new RandomSource((ulong)seed, 1)));
    }

    // t5's random_spans_helper in Python's terms: 512 inputs take 568 raw tokens and give 114 targets.
    [Fact]
    public void Inputs_of_512_come_from_568_tokens_and_give_114_targets()
    {
        Assert.Equal(568, Usual.RawLength(512));
        Assert.Equal((512, 114), Usual.Lengths(568));
        Assert.Equal((85, 28), Usual.Counts(568));
        for (int inputs = 3; inputs < 400; inputs++)
        {
            int raw = Usual.RawLength(inputs);
            Assert.True(Usual.Lengths(raw).Inputs <= inputs && Usual.Lengths(raw + 1).Inputs > inputs, $"{inputs} inputs from {raw} tokens");
        }
        for (int length = 2; length < 600; length++)
        {
            int[] text = Tokens(length, 1);
            bool[] noise = Usual.Noise(length, new RandomSource(2, 0));
            Assert.Equal(Usual.Lengths(length), (Usual.Inputs(text, noise).Length, Usual.Targets(text, noise).Length));
        }
    }

    // Halves go to the even number: 0.15 · 10 = 1.5 to 2, 0.15 · 30 = 4.5 to 4. In single precision 0.15 is a little more, so 28.5 is 29.
    [Theory, InlineData(2, 1, 1), InlineData(3, 1, 1), InlineData(10, 2, 1), InlineData(30, 4, 1), InlineData(100, 15, 5), InlineData(190, 29, 10)]
    public void Counts_are_those_of_the_published_rounding(int length, int noise, int spans) => Assert.Equal((noise, spans), Usual.Counts(length));

    [Property(MaxTest = 300)]
    public void Spans_are_as_many_as_counted_apart_from_each_other_and_never_first(int length, int density, int mean, int seed)
    {
        (SpanCorruption corruption, int[] tokens, bool[] noise) = Case(length, density, mean, seed);
        (int cut, int spans) = corruption.Counts(tokens.Length);
        Assert.Equal(cut, noise.Count(value => value));
        // As many beginnings as spans: two that touched would have one.
        Assert.Equal(spans, noise.Where((value, i) => value && (i == 0 || !noise[i - 1])).Count());
        Assert.False(noise[0]);
        Assert.True(noise[^1]);
    }

    [Property(MaxTest = 300)]
    public void Inputs_and_targets_together_are_the_text(int length, int density, int mean, int seed)
    {
        (SpanCorruption corruption, int[] tokens, bool[] noise) = Case(length, density, mean, seed);
        int[] inputs = corruption.Inputs(tokens, noise), targets = corruption.Targets(tokens, noise);
        Assert.Equal(tokens, corruption.Fill(inputs, targets));
        int spans = corruption.Counts(tokens.Length).Spans;
        Assert.Equal(Enumerable.Range(0, spans).Select(i => 1099 - i), inputs.Where(corruption.IsSentinel));
        Assert.Equal(inputs.Where(corruption.IsSentinel), targets.Where(corruption.IsSentinel));
        Assert.True(corruption.IsSentinel(targets[0]), "targets begin with a sentinel");
        Assert.Equal((1, 1), (inputs[^1], targets[^1]));
        Assert.Equal(tokens.Where((_, i) => !noise[i]), inputs[..^1].Where(token => !corruption.IsSentinel(token)));
        Assert.Equal(tokens.Where((_, i) => noise[i]), targets[..^1].Where(token => !corruption.IsSentinel(token)));
    }

    // Any mask, also one that begins with noise, or leaves something behind the last span: then targets end with one more sentinel.
    [Property(MaxTest = 300)]
    public void Any_mask_can_be_undone(bool[] noise)
    {
        if (noise.Length == 0) return;
        SpanCorruption corruption = Usual with { Sentinels = 400 };
        int[] tokens = Tokens(noise.Length, 3), inputs = corruption.Inputs(tokens, noise), targets = corruption.Targets(tokens, noise);
        int begins = noise.Where((value, i) => value && (i == 0 || !noise[i - 1])).Count();
        Assert.Equal(begins, inputs.Count(corruption.IsSentinel));
        if (!noise[0]) Assert.Equal(tokens, corruption.Fill(inputs, targets));
        if (!noise[0]) Assert.Equal(begins + (noise[^1] ? 0 : 1), targets.Count(corruption.IsSentinel));
    }

    [Fact]
    public void The_example_of_figure_2()
    {
        // Thank you <X> me to your party <Y> week .    →   <X> for inviting <Y> last <Z>
        int[] text = [10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20];
        bool[] noise = [false, false, true, true, false, false, false, false, true, false, false];
        Assert.Equal([10, 11, 1099, 14, 15, 16, 17, 1098, 19, 20, 1], Usual.Inputs(text, noise));
        Assert.Equal([1099, 12, 13, 1098, 18, 1097, 1], Usual.Targets(text, noise));
    }

    // The ablation: with one sentinel for all spans nobody can tell which span belongs where.
    [Fact]
    public void Sentinels_that_are_all_the_same_lose_the_text()
    {
        int lost = 0;
        for (ulong seed = 0; seed < 50; seed++)
        {
            int[] tokens = Tokens(100, seed);
            bool[] noise = Usual.Noise(100, new RandomSource(seed, 1));
            int[] Same(int[] corrupted) => [.. corrupted.Select(token => Usual.IsSentinel(token) ? 1099 : token)];
            Assert.Equal(tokens, Usual.Fill(Usual.Inputs(tokens, noise), Usual.Targets(tokens, noise)));
            if (!tokens.SequenceEqual(Usual.Fill(Same(Usual.Inputs(tokens, noise)), Same(Usual.Targets(tokens, noise))))) lost++;
        }
        Assert.Equal(50, lost);
    }

    // 4 of 8 tokens in 2 spans: 3 ways to cut the noise, 3 ways to cut the rest, 9 masks in all.
    [Fact]
    public void All_masks_are_equally_likely()
    {
        SpanCorruption corruption = Usual with { Density = 0.5f, MeanSpan = 2f };
        Dictionary<string, int> seen = [];
        for (int draw = 0; draw < 9000; draw++)
        {
            string mask = string.Concat(corruption.Noise(8, new RandomSource(7, 0) { Position = (ulong)draw * 8 }).Select(cut => cut ? 'x' : '.'));
            seen[mask] = seen.GetValueOrDefault(mask) + 1;
        }
        Assert.Equal(9, seen.Count);
        double chiSquared = seen.Values.Sum(count => (count - 1000.0) * (count - 1000.0) / 1000.0);
        Assert.True(chiSquared < 26.1, $"χ² is {chiSquared:F1} with 8 degrees of freedom; one in a thousand is above 26.1");
    }

    [Fact]
    public void What_does_not_fit_is_named()
    {
        string Refused(Action action) => Assert.ThrowsAny<NativeSslException>(action).Message;
        Assert.Contains("Density is 1", Refused(() => (Usual with { Density = 1f }).Counts(10)), StringComparison.Ordinal);
        Assert.Contains("MeanSpan is 0.5", Refused(() => (Usual with { MeanSpan = 0.5f }).Counts(10)), StringComparison.Ordinal);
        Assert.Contains("1 tokens are too few", Refused(() => Usual.Counts(1)), StringComparison.Ordinal);
        Assert.Contains("inputs of 2 have no room", Refused(() => Usual.RawLength(2)), StringComparison.Ordinal);
        Assert.Contains("a mask of 2", Refused(() => Usual.Inputs([1, 2, 3], [false, true])), StringComparison.Ordinal);
        Assert.Contains("span 2 has no sentinel", Refused(() => (Usual with { Sentinels = 1 }).Inputs([5, 6, 7, 8], [false, true, false, true])), StringComparison.Ordinal);
    }
}
