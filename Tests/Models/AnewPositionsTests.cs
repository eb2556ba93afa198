using static NativeSsl.Tests.Objectives.Texts.SmallTexts;

namespace NativeSsl.Tests.Models;

/// <summary>Positions that count anew behind a mark.</summary>
public sealed class AnewPositionsTests
{
    [Theory, InlineData(0), InlineData(2)]
    public void Behind_the_mark_positions_count_anew_and_in_each_text_by_itself(int first)
    {
        const int cls = 1, mark = 2;
        Bert.Config sizes = new() { Vocabulary = 9, Context = 9, Layers = 1, Heads = 2, Width = 8, Dropout = 0f, FirstPosition = first };
        Bert runsOn = new(sizes, new Init(Cpu, 3)), anew = new(sizes with { AnewBehind = mark }, new Init(Cpu, 3));
        int[] both = [cls, 5, 6, 7, mark, 5, 6, 7, mark], one = [cls, 8, mark, 6, 7, 8, mark, 5, 6];
        using var step = new Step(Cpu);
        float[][] Rows(Bert bert, params int[][] texts) => [.. bert.HiddenStates(Indices.From(Cpu, [texts.Length, 9], [.. texts.SelectMany(text => text)]))[0].ToArray().Chunk(8)];
        float[][] rows = Rows(anew, both, one), plain = Rows(runsOn, both, one);
        for (int i = 1; i <= 4; i++)
        {
            Assert.Equal(rows[i], rows[i + 4]);
            Assert.NotEqual(plain[i], plain[i + 4]);
        }
        for (int i = 0; i <= 4; i++) Assert.Equal(plain[i], rows[i]);
        // In the second text 6 and 7 stand at positions 1 and 2 behind the mark, and 5 and 6 behind the next one.
        Assert.Equal(rows[1], rows[9 + 7]);
        Assert.Equal(rows[2], rows[9 + 8]);
        Assert.Equal(plain[9], rows[9]);
    }

    [Fact]
    public void What_config_json_cannot_say_is_not_written()
    {
        using var scratch = new Scratch();
        var model = new BertWithHeads(new Bert.Config { Vocabulary = 9, Context = 9, Layers = 1, Heads = 2, Width = 8, AnewBehind = 2 }, new Init(Cpu, 3));
        string folder = scratch.File("model");
        Assert.Contains("behind token 2", Assert.Throws<NativeSslException>(() => HuggingFaceBert.Save(folder, model)).Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder));
    }
}
