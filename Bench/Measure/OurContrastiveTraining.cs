namespace NativeSsl.Bench.Measure;

/// <summary>Our training step, as a user's program takes it: the networks, the objective and the trainer.</summary>
sealed class OurContrastiveTraining
{
    readonly Trainer _trainer;
    readonly List<double> _losses = [];

    public OurContrastiveTraining(SimClr objective, IViewSource views) => _trainer = new Trainer(objective, views, new TrainerOptions
    {
        Steps = long.MaxValue,
        Players = new Dictionary<string, Player>
        {
            ["main"] = new(parameters => new AdamW(parameters, ContrastiveSettings.Beta1, ContrastiveSettings.Beta2, ContrastiveSettings.Epsilon),
                new Constant(ContrastiveSettings.Rate)),
        },
        WeightDecay = ContrastiveSettings.Decay,
    });

    /// <summary>Forward, backward, optimizer; and the views, if their source makes them.</summary>
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
sealed class OurContrastiveGradients(SimClr objective, IViewSource views)
{
    readonly Parameters _parameters = new(ParameterGroup.Usual(objective.NamedParameters(), ContrastiveSettings.Decay));
    long _step;

    public void Step()
    {
        using var step = new Step(objective.Encoder.Backend, training: true);
        _parameters.Zero();
        objective.Loss(views.Draw(_step++)).Backward();
    }
}

/// <summary>The views that both sides see, in turn; made beforehand.</summary>
sealed class SharedImageViews(ContrastiveSize size, IBackend backend, int count) : IViewSource
{
    readonly Views[] _batches = [.. Enumerable.Range(0, count).Select(number =>
    {
        float[][] halves = [.. size.DrawBatch((ulong)number).Chunk(size.Images * size.Side * size.Side * 3)];
        return new Views { Tensors = [.. halves.Select(half => Tensor.From(backend, [size.Images, size.Side, size.Side, 3], half))], Terms = size.Images };
    })];

    public Views Draw(long draw) => _batches[draw % count];
    public IEnumerable<Views> Everything() => _batches;
    public long? DrawsPerEpoch => null;
}
