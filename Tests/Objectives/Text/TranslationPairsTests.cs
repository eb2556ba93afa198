using FsCheck.Xunit;
using static NativeSsl.Tests.Objectives.Texts.SmallTexts;

namespace NativeSsl.Tests.Objectives.Texts;

/// <summary>Samples of one language and of both, and that a translation tells covered words.</summary>
public sealed class TranslationPairsTests
{
    // Words 0 … 14 in no order, and their translations 15 … 29, each sentence backwards: a covered word can be known from the other language only.
    static (int[], int[])[] Languages(int count, ulong seed)
    {
        var random = new RandomSource(seed, 6);
        return [.. Enumerable.Range(0, count).Select(_ =>
        {
            int[] sentence = [.. Enumerable.Range(0, 2 + random.NextInt(4)).Select(_ => random.NextInt(15))];
            return (sentence, sentence.Reverse().Select(word => 15 + (word * 4 + 2) % 15).ToArray());
        })];
    }

    // What stands where, written out: first sentences, then translations, then both; of what is too long the longer one's end is missing.
    [Property(MaxTest = 100)]
    public void Samples_are_what_their_kind_says(ulong seed, byte room)
    {
        var random = new RandomSource(seed, 1);
        int[] Text() => [.. Enumerable.Range(0, 1 + random.NextInt(12)).Select(_ => random.NextInt(Words))];
        (int[] First, int[] Second)[] pairs = [.. Enumerable.Range(0, 1 + random.NextInt(5)).Select(_ => (Text(), Text()))];
        MaskedViewsOptions options = Options with { Context = 5 + room % 20 };
        List<int[]> alone = [], together = [];
        foreach (Func<(int[] First, int[] Second), int[]> side in new Func<(int[] First, int[] Second), int[]>[] { pair => pair.First, pair => pair.Second })
            foreach (var pair in pairs) alone.Add([Marks.Begin, .. side(pair).Take(options.Context - 2), Marks.Separator]);
        foreach ((int[] first, int[] second) in pairs)
        {
            (List<int> a, List<int> b) = ([.. first], [.. second]);
            while (a.Count + b.Count > options.Context - 3) if (a.Count > b.Count) a.RemoveAt(a.Count - 1); else b.RemoveAt(b.Count - 1);
            together.Add([Marks.Begin, .. a, Marks.Separator, .. b, Marks.Separator]);
        }
        foreach (var (samples, expected) in new[] { (TranslationSamples.Alone, alone), (TranslationSamples.Together, together), (TranslationSamples.Both, [.. alone, .. together]) })
        {
            var views = new TranslationPairs(Cpu, pairs, Marks, options, samples);
            Assert.Equal(expected, Enumerable.Range(0, views.Count).Select(i => views.Sample(i).Tokens));
            Assert.All(Enumerable.Range(0, views.Count), i => Assert.Equal(new int[views.Sample(i).Tokens.Length], views.Sample(i).Segments));
            Assert.Equal(expected.Count, views.Everything().Sum(some => some.Indices[MaskedViews.Lengths].Shape[0]));
        }
    }

    static double Learned(TranslationSamples samples, (int[], int[])[] pairs, TranslationPairs judge)
    {
        var init = new Init(Cpu, 3);
        var objective = new MaskedWords(Encoder(init, dropout: 0, segments: 1), new MaskedHead(init, 16, Marks.Vocabulary));
        Trainer trainer = Train(objective, new TranslationPairs(Cpu, pairs, Marks, Options with { Batch = 32 }, samples), steps: 1200, learningRate: 1e-2);
        while (trainer.StepsDone < 1200) trainer.Step();
        return objective.MeanLoss(Cpu, judge);
    }

    [Fact]
    public void A_translation_tells_the_covered_word_and_a_stranger_does_not()
    {
        (int[], int[])[] pairs = Languages(600, 1);
        var judge = new TranslationPairs(Cpu, Languages(100, 2), Marks, Options, TranslationSamples.Together);
        (int[], int[])[] strangers = [.. pairs.Select((pair, i) => (pair.Item1, pairs[(i + 1) % pairs.Length].Item2))];
        double together = Learned(TranslationSamples.Together, pairs, judge), apart = Learned(TranslationSamples.Together, strangers, judge);
        // Without the translation it is one of fifteen words: ln 15 = 2.71, however long one learns.
        Assert.InRange(apart, 2.6, 3.2);
        Assert.True(together < 2.4, $"{together}, {apart}");
    }

    [Fact]
    public void The_first_ten_losses()
    {
        var init = new Init(Cpu, 3);
        var objective = new MaskedWords(Encoder(init, segments: 1), new MaskedHead(init, 16, Marks.Vocabulary));
        AssertLosses([3.52105, 3.51590, 3.54940, 3.54453, 3.51948, 3.50968, 3.52594, 3.52959, 3.50754, 3.51931], Train(objective, new TranslationPairs(Cpu, Languages(40, 1), Marks, Options)));
    }

    [Fact]
    public void Complains_in_full()
    {
        Assert.Contains("no pairs", Assert.Throws<ShapeException>(() => new TranslationPairs(Cpu, [], Marks, Options)).Message);
        Assert.Contains("pair 1 has 2 and 0 tokens", Assert.Throws<ShapeException>(() => new TranslationPairs(Cpu, [([1], [2]), ([1, 2], [])], Marks, Options)).Message);
        Assert.Contains("context of 4", Assert.Throws<ShapeException>(() => new TranslationPairs(Cpu, [([1], [2])], Marks, Options with { Context = 4 })).Message);
    }
}
