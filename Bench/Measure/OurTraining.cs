namespace NativeSsl.Bench.Measure;

/// <summary>Our training step, as a user's program takes it: the model, the objective and the trainer.</summary>
sealed class OurTraining
{
    readonly Trainer _trainer;
    readonly List<double> _losses = [];

    public OurTraining(GptSize size, Gpt model, IViewSource data) =>
        _trainer = new Trainer(new NextToken(model), data, new TrainerOptions
        {
            Steps = long.MaxValue,
            Players = new Dictionary<string, Player>
            {
                ["main"] = new(parameters => new AdamW(parameters, AdamSettings.Beta1, AdamSettings.Beta2, AdamSettings.Epsilon), new Constant(AdamSettings.Rate)),
            },
            WeightDecay = AdamSettings.Decay,
        });

    /// <summary>A model of a size, with its first weights.</summary>
    public static Gpt Model(GptSize size, IBackend backend, bool bias = false) => new(new Gpt.Config
    {
        Vocabulary = size.Vocabulary, Context = size.Context, Layers = size.Layers, Heads = size.Heads, Width = size.Width, Bias = bias,
    }, new Init(backend, seed: 1));

    /// <summary>Forward, backward, optimizer.</summary>
    public void Step()
    {
        TrainingReport report = _trainer.Step();
        _losses.Add(report.Loss);
        StepFlops = report.Flops;
    }

    /// <summary>Multiplications and additions of the latest step.</summary>
    public double StepFlops { get; private set; }

    /// <summary>The losses of all steps.</summary>
    public IReadOnlyList<double> Losses => _losses;
}

/// <summary>Forward and backward alone, gradients overwritten each time.</summary>
sealed class OurGradients(Gpt model, IViewSource data)
{
    readonly NextToken _objective = new(model);
    readonly Parameters _parameters = new(ParameterGroup.Usual(model.NamedParameters(), AdamSettings.Decay));
    long _step;

    public void Step()
    {
        using var step = new Step(model.Backend, training: true);
        _parameters.Zero();
        _objective.Loss(data.Draw(_step++)).Backward();
    }
}

/// <summary>The batches that both sides see, in turn.</summary>
sealed class SharedBatches(GptSize size, IBackend backend, int count) : IViewSource
{
    readonly Views[] _batches = [.. Enumerable.Range(0, count).Select(number =>
    {
        var (inputs, targets) = size.DrawBatch((ulong)number);
        return new Views
        {
            Indices = [Indices.From(backend, [size.Batch, size.Context], inputs), Indices.From(backend, [size.Batch, size.Context], targets)],
            Terms = size.Tokens,
        };
    })];

    public Views Draw(long draw) => _batches[draw % count];
    public IEnumerable<Views> Everything() => _batches;
    public long? DrawsPerEpoch => null;
}
