namespace NativeSsl.Tests.Evaluation;

public sealed class WrittenTokensTests
{
    const int Padding = 0, End = 1, Words = 8;
    static readonly CpuBackend Cpu = new(1);
    static readonly SpanCorruption Corruption = new() { FirstSentinel = 11, Sentinels = 3, End = End };

    // Tokens 2 … 8 are words, 9 … 11 sentinels.
    static bool IsWord(int token) => token is > End and <= Words;

    static SequencePairs Source(int batch, params (int[], int[])[] pairs) => new(Cpu, pairs, Padding, batch, seed: 1);

    static readonly (int[], int[])[] Pairs = [([2, 11, 1], [11, 3, 4, 1]), ([5, 11, 6, 10, 1], [11, 7, 10, 3, 3, 8, 1]), ([2, 1], [1])];

    static TextToText Objective(ulong seed = 7) =>
        new(new T5(new T5.Config { Vocabulary = 12, Layers = 1, Heads = 2, Width = 8, HeadWidth = 4, Hidden = 16, Dropout = 0f }, new Init(Cpu, seed)), Padding);

    [Theory, InlineData(1), InlineData(2), InlineData(3)]
    public void The_loss_of_some_tokens_is_theirs_alone_each_behind_all_true_ones(int batch)
    {
        TextToText objective = Objective();
        (double all, double words, int tokens, int wordCount) = (0, 0, 0, 0);
        var textbook = new Models.T5Textbook(((T5)objective.Model).Sizes, Models.T5Textbook.WeightsOf((T5)objective.Model));
        foreach ((int[] inputs, int[] targets) in Pairs)
            for (int t = 0; t < targets.Length; t++)
            {
                // −ln p of one token: what the mean over t + 1 tokens has more than that over t.
                double surprise = (t + 1) * textbook.Loss(inputs, targets[..(t + 1)]) - (t > 0 ? t * textbook.Loss(inputs, targets[..t]) : 0);
                (all, tokens) = (all + surprise, tokens + 1);
                if (IsWord(targets[t])) (words, wordCount) = (words + surprise, wordCount + 1);
            }
        Assert.Equal(all / tokens, new WrittenTokens(12, Padding).Loss(objective, Source(batch, Pairs)), 1e-4);
        Assert.Equal(words / wordCount, new WrittenTokens(12, Padding, IsWord).Loss(objective, Source(batch, Pairs)), 1e-4);
        Assert.Equal(objective.MeanLoss(Cpu, Source(batch, Pairs)), new WrittenTokens(12, Padding).Loss(objective, Source(batch, Pairs)), 1e-5);
    }

    [Fact]
    public void Counts_are_of_the_training_targets_that_count()
    {
        (int[], int[])[] judged = [([2, 1], [11, 3, 5, 1])];
        // 12 tokens are to be written in training: 3 stands there three times, 5 never, 11 twice, the end three times. Padding is never counted.
        Assert.Equal((-Math.Log(3 / 24.0) - Math.Log(4 / 24.0) - Math.Log(1 / 24.0) - Math.Log(4 / 24.0)) / 4, new WrittenTokens(12, Padding).LossOfCounts(Source(3, Pairs), Source(1, judged)).Loss, 1e-12);
        // Of its words, six: of 18 with one for each token.
        (double loss, long words) = new WrittenTokens(12, Padding, IsWord).LossOfCounts(Source(2, Pairs), Source(1, judged));
        Assert.Equal((-Math.Log(4 / 18.0) - Math.Log(1 / 18.0)) / 2, loss, 1e-12);
        Assert.Equal(2, words);
    }

    [Fact]
    public void Nothing_to_judge_by_and_tokens_outside_the_vocabulary_are_refused()
    {
        SequencePairs none = Source(1, ([2, 1], [11, 1]));
        Assert.Contains("no token", Assert.Throws<NativeSslException>(() => new WrittenTokens(12, Padding, IsWord).Loss(Objective(), none)).Message, StringComparison.Ordinal);
        Assert.Throws<NativeSslException>(() => new WrittenTokens(12, Padding, IsWord).LossOfCounts(none, none));
        Assert.Throws<IndexException>(() => new WrittenTokens(11, Padding).LossOfCounts(none, none));
    }

    [Fact]
    public void Spans_stand_behind_their_sentinels_whatever_else_was_written()
    {
        Dictionary<int, int[]> spans = Corruption.Spans([4, 11, 2, 3, 9, 10, 5, 1, 11, 6]);
        Assert.Equal([2, 3], spans[11]);
        Assert.Empty(spans[9]);
        Assert.Equal([5], spans[10]);
        Assert.Equal(3, spans.Count);
    }

    [Fact]
    public void What_a_model_that_knows_the_text_writes_is_found_in_its_gaps()
    {
        int[] text = [.. Enumerable.Range(0, 40).Select(i => 2 + i % 7)];
        Views windows = new SpanCorruptionWindows(Cpu, text, Corruption, 20, 4, seed: 3).Everything().First();
        TextToText objective = Objective();
        FilledSpans untrained = FilledSpans.Of(objective.Model, Corruption, windows, Padding)[0];
        Assert.Equal(windows.Indices[0].Values.Slice(0, windows.Indices[0].Shape[1]).ToArray(), untrained.Inputs);
        Assert.Equal(text[..20], Corruption.Fill(untrained.Inputs, [.. untrained.Spans.SelectMany((span, i) => (int[])[11 - i, .. span.Wanted])]));
        Assert.True(untrained.Right < untrained.Spans.Count);

        var trainer = new Trainer(objective, new Fixed(windows), new TrainerOptions
            { Steps = 300, Seed = 1, Clip = 1, Players = new Dictionary<string, Player> { ["main"] = new(p => new AdamW(p), new Cosine(2e-2, 1e-3, 300)) } });
        for (int i = 0; i < 300; i++) trainer.Step();
        Assert.All(FilledSpans.Of(objective.Model, Corruption, windows, Padding), window => Assert.Equal(window.Spans.Count, window.Right));
    }

    sealed class Fixed(Views views) : IViewSource
    {
        public long? DrawsPerEpoch => null;
        public Views Draw(long draw) => views;
        public IEnumerable<Views> Everything() => [views];
    }
}
