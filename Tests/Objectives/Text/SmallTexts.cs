namespace NativeSsl.Tests.Objectives.Texts;

/// <summary>What tests of objectives on text share: documents of numbers, marks behind them, and a network of a layer.</summary>
static class SmallTexts
{
    internal const int Words = 30, Context = 16;
    internal static readonly CpuBackend Cpu = new(1);
    internal static readonly TextMarks Marks = TextMarks.After(Words);

    /// <summary>A store with the given tokens: documents of segments.</summary>
    internal static DocumentSet Documents(params int[][][] documents)
    {
        List<int[]> segments = [.. documents.SelectMany(document => document)];
        IEnumerable<Passage> passages = documents.SelectMany((document, number) => document.Select(_ => new Passage("d", number, "")));
        int next = 0;
        return DocumentSet.All(TokenStore.InMemory(passages, _ => segments[next++]));
    }

    /// <summary>Documents of random segments; every token of the corpus is a number of its own if it is distinct.</summary>
    internal static DocumentSet Random(ulong seed, int documents, int mostSegments, int mostTokens, bool distinct)
    {
        var random = new RandomSource(seed, 77);
        int next = 0;
        return Documents([.. Enumerable.Range(0, documents).Select(_ => Enumerable.Range(0, 1 + random.NextInt(mostSegments)).Select(_ =>
            Enumerable.Range(0, 1 + random.NextInt(mostTokens)).Select(_ => distinct ? next++ : random.NextInt(Words)).ToArray()).ToArray())]);
    }

    /// <summary>A text in which each word is followed by a word that it decides: there is something to learn.</summary>
    internal static DocumentSet Lawful(int documents = 12, int segments = 8, int tokens = 5)
    {
        var random = new RandomSource(8, 78);
        return Documents([.. Enumerable.Range(0, documents).Select(d => Enumerable.Range(0, segments).Select(s =>
        {
            int word = random.NextInt(Words);
            return Enumerable.Range(0, tokens).Select(i => word = (word * 7 + 3) % Words).ToArray();
        }).ToArray())]);
    }

    internal static Bert Encoder(Init init, float dropout = 0.1f, int segments = 2) => new(new Bert.Config
        { Vocabulary = Marks.Vocabulary, Context = Context, Layers = 2, Heads = 2, Width = 16, Dropout = dropout, Segments = segments }, init);

    internal static MaskedWords MaskedWords(float dropout = 0.1f, ulong seed = 3)
    {
        var init = new Init(Cpu, seed);
        return new(Encoder(init, dropout), new MaskedHead(init, 16, Marks.Vocabulary));
    }

    internal static MaskedViewsOptions Options => new() { Context = Context, Batch = 8, Seed = 5 };

    internal static Trainer Train(Objective objective, IViewSource data, long steps = 400, double learningRate = 1e-2, string identity = "") => new(objective, data, new TrainerOptions
    {
        Steps = steps, Seed = 5, WeightDecay = 0.01f, Clip = 1, CheckpointInterval = 5, Identity = identity,
        Players = new Dictionary<string, Player> { ["main"] = new(p => new AdamW(p), new LinearWarmup(steps / 10, new Cosine(learningRate, 0, steps - steps / 10))) },
    });

    internal static void AssertLosses(double[] expected, Trainer trainer)
    {
        double[] losses = [.. Enumerable.Range(0, 10).Select(_ => trainer.Step().Loss)];
        Assert.True(expected.Length == 10 && expected.Zip(losses, (a, b) => Math.Abs(a - b)).Max() < 2e-4, string.Join(", ", losses.Select(loss => FormattableString.Invariant($"{loss:F5}"))));
    }

    internal static int[] Row(Indices indices, int row) => indices.Values.Slice(row * indices.Shape[1], indices.Shape[1]).ToArray();
}
