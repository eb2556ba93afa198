namespace NativeSsl.Bench.Measure;

/// <summary>A T5 and its batch: what both sides build. Every text fills its row.</summary>
sealed record T5Size(string Name, T5.Config Config, int Batch, int Inputs, int Targets)
{
    // Fills up short targets, and begins every one; no batch has it.
    const int Padding = 0;

    /// <summary>Four layers of 256 features each way, 32 texts of 128 tokens to be answered with 32.</summary>
    public static T5Size Small { get; } = new("T5 4 + 4 × 256", new T5.Config(), Batch: 32, Inputs: 128, Targets: 32);

    public TextToText NewObjective(IBackend backend) => new(new T5(Config, new Init(backend, seed: 1)), Padding);

    /// <summary>A batch: what is read, what is written, and what stands before each token when it is written.</summary>
    public (int[] Inputs, int[] Targets, int[] Written) DrawBatch(ulong number)
    {
        var random = new RandomSource(2028, number);
        int[] inputs = new int[Batch * Inputs], targets = new int[Batch * Targets], written = new int[Batch * Targets];
        for (int i = 0; i < inputs.Length; i++) inputs[i] = 1 + random.NextInt(Config.Vocabulary - 1);
        for (int i = 0; i < targets.Length; i++)
        {
            targets[i] = 1 + random.NextInt(Config.Vocabulary - 1);
            written[i] = i % Targets == 0 ? Padding : targets[i - 1];
        }
        return (inputs, targets, written);
    }

    /// <summary>Batches for our side.</summary>
    public SharedBatches Batches(IBackend backend, int count) => new(count, number =>
    {
        var (inputs, targets, _) = DrawBatch(number);
        return new Views { Indices = [Indices.From(backend, [Batch, Inputs], inputs), Indices.From(backend, [Batch, Targets], targets)], Terms = targets.Length };
    });
}
