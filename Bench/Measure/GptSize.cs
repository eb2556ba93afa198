namespace NativeSsl.Bench.Measure;

/// <summary>A GPT and its batch: what both sides build.</summary>
sealed record GptSize(string Name, int Layers, int Heads, int Width, int Context, int Batch, int Vocabulary)
{
    /// <summary>The CPU configuration of nanoGPT's readme.</summary>
    public static GptSize NanoGpt { get; } = new("GPT 4 × 128", Layers: 4, Heads: 4, Width: 128, Context: 64, Batch: 12, Vocabulary: 65);

    /// <summary>The configuration of nanoGPT's Shakespeare example, with a batch for a CPU.</summary>
    public static GptSize Shakespeare { get; } = new("GPT 6 × 384", Layers: 6, Heads: 6, Width: 384, Context: 256, Batch: 8, Vocabulary: 65);

    /// <summary>The smallest GPT-2.</summary>
    public static GptSize Gpt2 { get; } = new("GPT 12 × 768", Layers: 12, Heads: 12, Width: 768, Context: 1024, Batch: 1, Vocabulary: 50257);

    /// <summary>For fixtures: small, and no length a multiple of the registers but the width.</summary>
    public static GptSize Tiny { get; } = new("GPT 2 × 32", Layers: 2, Heads: 2, Width: 32, Context: 19, Batch: 3, Vocabulary: 67);

    public static GptSize[] Trained { get; } = [NanoGpt, Shakespeare];

    public int Tokens => Batch * Context;

    /// <summary>A model with its first weights.</summary>
    public Gpt NewModel(IBackend backend, bool bias = false) => new(new Gpt.Config
    {
        Vocabulary = Vocabulary, Context = Context, Layers = Layers, Heads = Heads, Width = Width, Bias = bias,
    }, new Init(backend, seed: 1));

    /// <summary>Batches for our side.</summary>
    public SharedBatches Batches(IBackend backend, int count) => new(count, number =>
    {
        var (inputs, targets) = DrawBatch(number);
        return new Views { Indices = [Indices.From(backend, [Batch, Context], inputs), Indices.From(backend, [Batch, Context], targets)], Terms = Tokens };
    });

    /// <summary>The tokens of one batch, and their successors, from the generator that both sides share.</summary>
    public (int[] Inputs, int[] Targets) DrawBatch(ulong number)
    {
        var random = new RandomSource(2026, number);
        // Every token depends on the one before it, so that there is something to learn.
        int[] text = new int[Tokens + Batch];
        for (int i = 0; i < text.Length; i++) text[i] = i > 0 && random.NextUniform() < 0.7f ? (text[i - 1] * 7 + 3) % Vocabulary : random.NextInt(Vocabulary);
        int[] inputs = new int[Tokens], targets = new int[Tokens];
        for (int row = 0; row < Batch; row++)
            for (int time = 0; time < Context; time++)
                (inputs[row * Context + time], targets[row * Context + time]) = (text[row * (Context + 1) + time], text[row * (Context + 1) + time + 1]);
        return (inputs, targets);
    }
}
