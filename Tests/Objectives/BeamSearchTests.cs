namespace NativeSsl.Tests.Objectives;

public sealed class BeamSearchTests
{
    static readonly CpuBackend Cpu = new(2);
    static readonly BeamOptions Options = new() { Start = 0, End = 1, MaxTokens = 4 };

    // Five tokens, and a head four times as large as usual: likely and unlikely tokens differ as in a trained model.
    static T5 Model(ulong seed = 3)
    {
        var model = new T5(new T5.Config { Vocabulary = 5, Layers = 1, Heads = 2, Width = 12, HeadWidth = 6, Hidden = 24, Tied = false }, new Init(Cpu, seed));
        model.Head.Storage.CopyFrom([.. model.Head.ToArray().Select(value => 2f * value)]);
        return model;
    }

    static readonly int[][] Inputs = [[2, 3, 4, 2, 1], [4, 4, 1, 0, 0], [3, 1, 0, 0, 0]];
    static readonly int[] Lengths = [5, 3, 2];

    static IReadOnlyList<IReadOnlyList<Hypothesis>> Search(T5 model, BeamOptions options) =>
        model.BeamSearch(Indices.From(Cpu, [3, 5], [.. Inputs.SelectMany(row => row)]), options, Indices.From(Cpu, [3], Lengths));

    // ln P of a text, token by token, all given at once and without a cache; one text alone, without padding.
    static double LogProbability(T5 model, int[] inputs, int[] written)
    {
        using var step = new Step(Cpu);
        using Tape.NoGradientScope scope = Tape.NoGradient();
        float[] logs = model.Logits(Indices.From(Cpu, [1, inputs.Length], inputs), Indices.From(Cpu, [1, written.Length], [0, .. written[..^1]])).LogSoftmax().ToArray();
        return written.Select((token, t) => (double)logs[t * 5 + token]).Sum();
    }

    static int[] Whole(Hypothesis text) => text.Ended ? [.. text.Tokens, 1] : [.. text.Tokens];

    // All texts of up to so many tokens: those that end, and those that are cut off.
    static IEnumerable<int[]> AllTexts(int longest, int[]? begun = null)
    {
        begun ??= [];
        if (begun.Length == longest || (begun.Length > 0 && begun[^1] == 1)) return [begun];
        return Enumerable.Range(0, 5).SelectMany(token => AllTexts(longest, [.. begun, token]));
    }

    [Theory, InlineData(0.0), InlineData(0.6), InlineData(2.0)]
    public void With_beams_for_all_texts_it_is_exhaustive_search(double alpha)
    {
        T5 model = Model();
        BeamOptions options = Options with { Beams = 400, LengthPenalty = alpha };
        int[][] all = [.. AllTexts(4)];
        Assert.Equal(1 + 4 + 16 + 64 * 5, all.Length);
        var found = Search(model, options);
        for (int text = 0; text < 3; text++)
        {
            int[] inputs = Inputs[text][..Lengths[text]];
            (int[] Text, double Log)[] scored = [.. all.Select(written => (written, LogProbability(model, inputs, written)))];
            Assert.Equal(1, scored.Sum(entry => Math.Exp(entry.Log)), 1e-5);
            (int[] Text, double Score)[] best = [.. scored.Select(entry => (entry.Text, entry.Log / (Math.Pow(5 + entry.Text.Length, alpha) / Math.Pow(5 + 1, alpha))))
                .OrderByDescending(entry => entry.Item2)];
            Assert.Equal(all.Length, found[text].Count);
            Assert.Equal(best[0].Text, Whole(found[text][0]));
            for (int i = 0; i < all.Length; i++) Assert.Equal(best[i].Score, found[text][i].Score, 1e-4);
        }
    }

    // Of all texts those in which no so many tokens stand twice; their probabilities are what they were.
    [Theory, InlineData(1), InlineData(2), InlineData(3)]
    public void No_tokens_in_a_row_are_written_twice(int inARow)
    {
        T5 model = Model();
        int[][] allowed = [.. AllTexts(5).Where(text => !Repeats(text, inARow))];
        Assert.InRange(allowed.Length, 2, AllTexts(5).Count() - 1);
        var found = Search(model, Options with { Beams = 1500, MaxTokens = 5, NoRepeatNGram = inARow });
        for (int text = 0; text < 3; text++)
        {
            Assert.Equal(allowed.Select(Name).Order(StringComparer.Ordinal), found[text].Select(hypothesis => Name(Whole(hypothesis))).Order(StringComparer.Ordinal));
            foreach (Hypothesis hypothesis in found[text].Take(5)) Assert.Equal(LogProbability(model, Inputs[text][..Lengths[text]], Whole(hypothesis)), hypothesis.LogProbability, 1e-4);
        }

        static string Name(int[] text) => string.Join(' ', text);

        static bool Repeats(int[] text, int n) => Enumerable.Range(0, Math.Max(0, text.Length - n + 1)).Select(i => Name(text[i..(i + n)])).GroupBy(row => row).Any(same => same.Count() > 1);
    }

    [Fact]
    public void One_beam_is_greedy()
    {
        int ended = 0;
        for (ulong seed = 1; seed <= 8; seed++)
        {
            T5 model = Model(seed);
            var found = Search(model, Options with { Beams = 1, MaxTokens = 9 });
            for (int text = 0; text < 3; text++)
            {
                List<int> written = [0];
                while (written.Count < 10 && written[^1] != 1)
                {
                    using var step = new Step(Cpu);
                    float[] logits = model.Logits(Indices.From(Cpu, [1, Lengths[text]], Inputs[text].AsSpan(0, Lengths[text])), Indices.From(Cpu, [1, written.Count], [.. written])).ToArray();
                    ReadOnlySpan<float> last = logits.AsSpan(logits.Length - 5);
                    written.Add(last.IndexOf(System.Numerics.Tensors.TensorPrimitives.Max(last)));
                }
                Assert.Equal(written[1..], Whole(Assert.Single(found[text])));
                if (found[text][0].Ended) ended++;
            }
        }
        Assert.InRange(ended, 3, 21);                            // both kinds were seen
    }

    [Theory, InlineData(2), InlineData(3), InlineData(7)]
    public void Scores_are_what_teacher_forcing_says_and_the_best_come_first(int beams)
    {
        for (ulong seed = 1; seed <= 4; seed++)
        {
            T5 model = Model(seed);
            BeamOptions options = Options with { Beams = beams, MaxTokens = 12 };
            var found = Search(model, options);
            for (int text = 0; text < 3; text++)
            {
                Assert.Equal(beams, found[text].Count);
                Assert.Equal(beams, found[text].Select(hypothesis => string.Join(' ', Whole(hypothesis))).Distinct().Count());
                foreach (Hypothesis hypothesis in found[text])
                {
                    int[] written = Whole(hypothesis);
                    Assert.Equal(LogProbability(model, Inputs[text][..Lengths[text]], written), hypothesis.LogProbability, 1e-4);
                    Assert.Equal(hypothesis.LogProbability * Math.Pow(6, 0.6) / Math.Pow(5 + written.Length, 0.6), hypothesis.Score, 1e-9);
                    Assert.DoesNotContain(1, hypothesis.Tokens);
                    Assert.True(hypothesis.Ended || written.Length == 12);
                }
                Assert.Equal(found[text].Select(hypothesis => hypothesis.Score).OrderDescending(), found[text].Select(hypothesis => hypothesis.Score));
            }
        }
    }

    // Texts by hand, step by step: of the beams and all their continuations the likeliest stay, and one that ends leaves its place.
    [Fact]
    public void It_follows_the_likeliest_as_a_search_on_paper_does()
    {
        for (ulong seed = 1; seed <= 6; seed++)
        {
            T5 model = Model(seed);
            var found = Search(model, Options with { Beams = 3, MaxTokens = 7 });
            for (int text = 0; text < 3; text++)
            {
                int[] inputs = Inputs[text][..Lengths[text]];
                List<int[]> open = [[]], done = [];
                for (int length = 0; length < 7; length++)
                {
                    int[][] longer = [.. open.SelectMany(begun => Enumerable.Range(0, 5).Select(token => (int[])[.. begun, token]))
                        .OrderByDescending(written => LogProbability(model, inputs, written)).Take(3 - done.Count)];
                    done.AddRange(longer.Where(written => written[^1] == 1));
                    open = [.. longer.Where(written => written[^1] != 1)];
                }
                Assert.Equal(done.Concat(open).Select(written => string.Join(' ', written)).Order(StringComparer.Ordinal),
                    found[text].Select(hypothesis => string.Join(' ', Whole(hypothesis))).Order(StringComparer.Ordinal));
            }
        }
    }

    // Wu et al. 2016, equation 14: ((5 + 7) / 6)^1 = 2.
    [Fact]
    public void The_length_penalty_is_that_of_equation_14()
    {
        Assert.Equal(-1.5, (Options with { LengthPenalty = 1 }).Score(-3, 7), 1e-12);
        Assert.Equal(-3, (Options with { LengthPenalty = 0 }).Score(-3, 7), 1e-12);
        Assert.Equal(-3, (Options with { LengthPenalty = 0.7 }).Score(-3, 1), 1e-12);
        Assert.Equal(-3 / Math.Pow(2, 0.6), Options.Score(-3, 7), 1e-12);
    }

    [Fact]
    public void What_does_not_fit_is_named()
    {
        T5 model = Model();
        string Refused(BeamOptions options) => Assert.ThrowsAny<NativeSslException>(() => Search(model, options)).Message;
        Assert.Contains("Beams is 0", Refused(Options with { Beams = 0 }), StringComparison.Ordinal);
        Assert.Contains("LengthPenalty is -1", Refused(Options with { LengthPenalty = -1 }), StringComparison.Ordinal);
        Assert.Contains("NoRepeatNGram is -1", Refused(Options with { NoRepeatNGram = -1 }), StringComparison.Ordinal);
        Assert.Contains("MaxTokens is 0", Refused(Options with { MaxTokens = 0 }), StringComparison.Ordinal);
        Assert.Contains("Start is 5", Refused(Options with { Start = 5 }), StringComparison.Ordinal);
        Assert.Contains("End is -1", Refused(Options with { End = -1 }), StringComparison.Ordinal);
        model.Head.Storage.CopyFrom([.. Enumerable.Repeat(float.NaN, 60)]);
        Assert.Contains("trained to the end", Refused(Options), StringComparison.Ordinal);
    }
}
