using NativeSsl.Bench.Measure;

namespace NativeSsl.Bench.Commands;

/// <summary>nanoGPT's CPU configuration on tiny Shakespeare by characters: what a run of it is, whoever runs it.</summary>
sealed class Shakespeare
{
    public const int Steps = 2000;
    const int Warmup = 100;

    /// <summary>nanoGPT's own peak learning rate, and that of the recipe nano-gpt-tuned, which <see cref="LearningRate"/> chose.</summary>
    public const double OwnRate = 1e-3, TunedRate = 4e-3;

    /// <summary>Reads the text from the folder that NATIVESSL_DATA names.</summary>
    public Shakespeare()
    {
        TextCorpus text = TextCorpus.Load(Path.Combine(Environment.GetEnvironmentVariable("NATIVESSL_DATA") ?? "data", "tinyshakespeare", "input.txt"));
        var tokenizer = new CharacterTokenizer(text.Text);
        (Training, Validation, Vocabulary) = (tokenizer.Encode(text.Train), tokenizer.Encode(text.Validation), tokenizer.VocabularySize);
    }

    public int[] Training { get; }
    public int[] Validation { get; }
    public int Vocabulary { get; }

    public static CpuBackend Backend { get; } = new(2);

    /// <summary>A model with the first weights that belong to a seed.</summary>
    public Gpt Model(ulong seed)
    {
        GptSize size = GptSize.NanoGpt;
        return new(new Gpt.Config { Vocabulary = Vocabulary, Context = size.Context, Layers = size.Layers, Heads = size.Heads, Width = size.Width }, new Init(Backend, seed));
    }

    /// <summary>The windows of a text.</summary>
    public static TokenWindows Windows(ReadOnlyMemory<int> tokens, ulong seed) => new(Backend, tokens, GptSize.NanoGpt.Context, GptSize.NanoGpt.Batch, seed);

    /// <summary>100 steps up, then a cosine down to a tenth.</summary>
    public static Schedule Schedule(double peak) => new LinearWarmup(Warmup, new Cosine(peak, peak / 10, Steps - Warmup));

    /// <summary>A run that judges itself on another text.</summary>
    public Trainer Trainer(double peak, ulong seed, ReadOnlyMemory<int> training, ReadOnlyMemory<int> judged) =>
        new(new NextToken(Model(seed)), Windows(training, seed), new TrainerOptions
        {
            Steps = Steps, Seed = seed, WeightDecay = AdamSettings.Text.Decay, Clip = 1, Validation = Windows(judged, seed),
            Players = new Dictionary<string, Player>
            {
                ["main"] = new(parameters => new AdamW(parameters, AdamSettings.Text.Beta1, AdamSettings.Text.Beta2), Schedule(peak)),
            },
        });
}
