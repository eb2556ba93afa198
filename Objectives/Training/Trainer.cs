using System.Diagnostics;

namespace NativeSsl;

/// <summary>
/// Trains an objective. Everything a step does is a function of the parameters, the moments, the step's number and the seed, so a run
/// that goes on from a checkpoint, in another process or with another number of threads, is bit for bit the run that was never interrupted.
/// </summary>
public sealed partial class Trainer : IDisposable
{
    readonly Objective _objective;
    readonly IViewSource _data;
    readonly TrainerOptions _options;
    readonly Mover[] _players;
    readonly IBackend _backend;
    readonly Doctor _doctor;

    // Running statistics, teachers: in one piece of memory.
    readonly Tensor[] _notLearned;
    readonly StepBlock _numbers;

    /// <param name="objective">The task, with its networks.</param>
    /// <param name="data">Where views come from.</param>
    /// <param name="options">What decides the run besides.</param>
    /// <exception cref="NativeSslException">A parameter group names an optimizer that the options do not have.</exception>
    public Trainer(Objective objective, IViewSource data, TrainerOptions options)
    {
        (_objective, _data, _options) = (objective, data, options);
        IEnumerable<ParameterGroup> trained = objective.ParameterGroups(options.WeightDecay).Where(group => group.Tensors.Count > 0);
        _players = [.. trained.GroupBy(group => group.Optimizer).Select(groups =>
        {
            if (!options.Players.TryGetValue(groups.Key, out Player? player))
                throw new NativeSslException($"Trainer: {objective.GetType().Name} has parameters for the optimizer '{groups.Key}', "
                    + $"but the options have only {string.Join(", ", options.Players.Keys)}.");
            Optimizer optimizer = player.Optimizer(new Parameters([.. groups]));
            return new Mover(groups.Key, optimizer, player.LearningRate, new Clipping(optimizer.Parameters, options.Clip, options.MicroBatches));
        })];
        if (_players.Length == 0) throw new NativeSslException($"Trainer: {objective.GetType().Name} has no parameters to train.");
        _backend = _players[0].Optimizer.Parameters.Values.Backend;
        _notLearned = [.. objective.NamedTensors().Select(entry => entry.Tensor).Where(tensor => !tensor.RequiresGradient).Distinct()
            .GroupBy(tensor => tensor.Backend).Select(ofDevice => OnePiece.Gather([.. ofDevice]))];
        _numbers = new StepBlock([.. _players.Select(player => player.Optimizer.Numbers), .. objective.Numbers.Select(number => number.Numbers)]);
        if (options.Replays) _recorded = NewRecordedStep(out _whyNotRecorded);
        _doctor = new Doctor(patience: Math.Max(100, options.Steps / 20));
    }

    /// <summary>How many steps have been done.</summary>
    public long StepsDone { get; private set; }

    /// <summary>The latest validation loss.</summary>
    public double? ValidationLoss { get; private set; }

    /// <summary>How many numbers are learned.</summary>
    public long ParameterCount => _players.Sum(player => player.Optimizer.Parameters.Count);

    /// <summary>Takes the remaining steps, with validation, checkpoints and diary.</summary>
    /// <param name="directory">Where the run lives on the disk; nowhere if null.</param>
    /// <param name="progress">Told about every step.</param>
    /// <param name="cancellation">Saves a checkpoint and returns after the current step.</param>
    /// <returns>Whether the run is complete.</returns>
    /// <exception cref="DivergedException">A loss or gradient is no finite number; the latest checkpoint stays as it was.</exception>
    /// <exception cref="FailingRunException">The run does not learn, and the options say to stop then; a checkpoint was saved.</exception>
    public bool Run(RunDirectory? directory = null, IProgress<TrainingReport>? progress = null, CancellationToken cancellation = default)
    {
        using MetricsLog? metrics = directory?.OpenMetrics(StepsDone);
        try
        {
            while (StepsDone < _options.Steps && !cancellation.IsCancellationRequested) Next(Tell);
        }
        finally { ReadTheRest(Tell); }
        Save(directory, metrics);
        return StepsDone == _options.Steps;

        void Tell(TrainingReport report)
        {
            bool last = report.Step == _options.Steps;
            if (IsValidated(report.Step)) report = report with { ValidationLoss = Validate() };
            metrics?.Append(report.Step, report.Warning,
                [("loss", report.Loss), ("gradientNorm", report.GradientNorm), ("learningRate", report.LearningRate),
                ("stepSeconds", report.Seconds), ("stepFlops", report.Flops), .. report.ValidationLoss is { } loss ? new[] { ("validationLoss", loss) } : [],
                .. report.Health?.Values ?? []]);
            bool fails = _options.StopWhenFailing && report.Warning is not null;
            if (fails || (!last && IsSaved(report.Step))) Save(directory, metrics);
            progress?.Report(report);
            if (fails) throw new FailingRunException($"Step {report.Step}: {report.Warning}");
        }
    }

    bool IsValidated(long step) => _options.Validation is not null && (step == _options.Steps || IsDue(step, _options.ValidationInterval));

    bool IsSaved(long step) => step == _options.Steps || IsDue(step, _options.CheckpointInterval);

    static bool IsDue(long step, long interval) => interval > 0 && step % interval == 0;

    long EpochOf(long step) => _data.DrawsPerEpoch is { } draws ? step * _options.MicroBatches / draws : 0;

    void BeginEpoch(Progress progress)
    {
        IReadOnlyList<string> drawnAnew;
        using (Tape.NoGradient()) drawnAnew = _objective.BeforeEpoch(_data, progress);
        foreach (string group in drawnAnew)
            _players.First(player => player.Optimizer.Parameters.Groups.Any(candidate => candidate.Name == group))
                .Optimizer.Restart(group, progress.Step);
    }

    /// <summary>The mean loss over everything there is to validate on.</summary>
    /// <exception cref="NativeSslException">The options have no validation set, or it is empty.</exception>
    public double Validate()
    {
        IViewSource validation = _options.Validation
            ?? throw new NativeSslException("Trainer.Validate: the options have no validation set.");
        return (ValidationLoss = _objective.MeanLoss(_backend, validation, _players[0].Name)).Value;
    }
}
