namespace NativeSsl.Tests.Objectives;

public sealed class TokenWindowsTests
{
    static readonly CpuBackend Cpu = new(1);
    static readonly int[] Text = [.. Enumerable.Range(100, 23)];

    [Fact]
    public void A_draw_is_a_function_of_seed_and_number()
    {
        int[] Draw(ulong seed, long number) => new TokenWindows(Cpu, Text, 5, 3, seed).Draw(number).Indices[0].Values.ToArray();
        Assert.Equal(Draw(1, 7), Draw(1, 7));
        Assert.NotEqual(Draw(1, 7), Draw(1, 8));
        Assert.NotEqual(Draw(1, 7), Draw(2, 7));
    }

    [Fact]
    public void Targets_are_one_token_later_and_every_start_is_drawn()
    {
        var windows = new TokenWindows(Cpu, Text, 5, 4, seed: 3);
        HashSet<int> starts = [];
        for (int number = 0; number < 200; number++)
        {
            Views views = windows.Draw(number);
            Assert.Equal(views.Indices[0].Values.ToArray().Select(token => token + 1), views.Indices[1].Values.ToArray());
            starts.UnionWith(views.Indices[0].Values.ToArray().Chunk(5).Select(window => window[0]));
        }
        Assert.Equal(Enumerable.Range(100, 23 - 5), starts.Order());
    }

    [Theory, InlineData(5, 3), InlineData(22, 1), InlineData(11, 4), InlineData(1, 22)]
    public void Everything_predicts_every_token_but_the_first_once(int context, int batch)
    {
        Views[] all = [.. new TokenWindows(Cpu, Text, context, batch, seed: 3).Everything()];
        Assert.Equal(Text[1..], all.SelectMany(views => views.Indices[1].Values.ToArray()));
        Assert.Equal(22, all.Sum(views => views.Terms));
    }

    [Fact]
    public void A_text_that_is_too_short_is_an_error() =>
        Assert.Contains("5 tokens are too few for a window of 5",
            Assert.Throws<ShapeException>(() => new TokenWindows(Cpu, Text.AsMemory(0, 5), 5, 1, 0)).Message, StringComparison.Ordinal);
}
