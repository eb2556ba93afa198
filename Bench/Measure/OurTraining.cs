namespace NativeSsl.Bench.Measure;

/// <summary>Our training step, as a user's program takes it: an objective and the trainer.</summary>
sealed class OurTraining : IDisposable
{
    readonly Trainer _trainer;
    readonly List<double> _losses = [];

    public OurTraining(Objective objective, IViewSource data, AdamSettings adam, bool replays = false) => _trainer = new Trainer(objective, data, new TrainerOptions
    {
        Steps = long.MaxValue,
        Players = new Dictionary<string, Player>
        {
            ["main"] = new(parameters => new AdamW(parameters, adam.Beta1, adam.Beta2, AdamSettings.Epsilon), new Constant(adam.Rate)),
        },
        WeightDecay = adam.Decay,
        Replays = replays,
    });

    public void Dispose() => _trainer.Dispose();

    /// <summary>Forward, backward, optimizer; and the views, if their source makes them.</summary>
    public void Step() => _trainer.Next(report =>
    {
        _losses.Add(report.Loss);
        StepFlops = report.Flops;
    });

    /// <summary>Multiplications and additions of the latest step.</summary>
    public double StepFlops { get; private set; }

    /// <summary>The losses of all steps.</summary>
    public IReadOnlyList<double> Losses => _losses;
}

/// <summary>Forward and backward alone, gradients overwritten each time.</summary>
sealed class OurGradients(Objective objective, IViewSource data, IBackend backend)
{
    readonly Parameters _parameters = new(ParameterGroup.Usual(objective.NamedParameters(), weightDecay: 0));
    long _step;

    public void Step()
    {
        using var step = new Step(backend, training: true);
        _parameters.Zero();
        objective.Loss(data.Draw(_step++)).Backward();
    }
}

/// <summary>The batches that both sides see, in turn; made beforehand.</summary>
sealed class SharedBatches(int count, Func<ulong, Views> make) : IViewSource
{
    readonly Views[] _batches = [.. Enumerable.Range(0, count).Select(number => make((ulong)number))];

    public Views Draw(long draw) => _batches[draw % count];
    public IEnumerable<Views> Everything() => _batches;
    public long? DrawsPerEpoch => null;
}
