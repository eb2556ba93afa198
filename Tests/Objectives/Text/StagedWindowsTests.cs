using static NativeSsl.Tests.Objectives.Texts.SmallTexts;

namespace NativeSsl.Tests.Objectives.Texts;

public sealed class StagedWindowsTests
{
    static readonly SpanCorruption Corruption = new() { FirstSentinel = 59, Sentinels = 20, End = 39 };

    static SpanCorruptionWindows Windows(int length, int batch) => new(Cpu, Enumerable.Range(0, 300).Select(i => i % Words).ToArray(), Corruption, length, batch, seed: 4);

    static int[] Values(Views views) => [.. views.Indices.SelectMany(indices => indices.Values.ToArray())];

    [Fact]
    public void Short_windows_come_first_and_long_ones_begin_anew()
    {
        SpanCorruptionWindows brief = Windows(10, 6), whole = Windows(30, 2);
        var both = new StagedWindows(brief, 3, whole);
        for (int draw = 0; draw < 3; draw++) Assert.Equal(Values(brief.Draw(draw)), Values(both.Draw(draw)));
        for (int draw = 0; draw < 3; draw++) Assert.Equal(Values(whole.Draw(draw)), Values(both.Draw(draw + 3)));
        Assert.Equal(whole.Everything().Select(Values), both.Everything().Select(Values));
        Assert.Equal(whole.DrawsPerEpoch, both.DrawsPerEpoch);
    }
}
