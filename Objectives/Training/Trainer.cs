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
    readonly (string Name, Optimizer Optimizer, Schedule LearningRate)[] _players;
    readonly IBackend _backend;
    readonly Doctor _doctor;

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
            return (groups.Key, player.Optimizer(new Parameters([.. groups])), player.LearningRate);
        })];
        if (_players.Length == 0) throw new NativeSslException($"Trainer: {objective.GetType().Name} has no parameters to train.");
        _backend = _players[0].Optimizer.Parameters.Values.Backend;
        if (options.Replays) _recorded = NewRecordedPass(out _whyNotRecorded);
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
        while (StepsDone < _options.Steps)
        {
            if (cancellation.IsCancellationRequested) break;
            TrainingReport report = Step();
            bool last = StepsDone == _options.Steps;
            if (_options.Validation is not null && (last || Due(_options.ValidationInterval)))
                report = report with { ValidationLoss = Validate() };
            metrics?.Append(report.Step, report.Warning,
                [("loss", report.Loss), ("gradientNorm", report.GradientNorm), ("learningRate", report.LearningRate),
                ("stepSeconds", report.Seconds), ("stepFlops", report.Flops), .. report.ValidationLoss is { } loss ? new[] { ("validationLoss", loss) } : [],
                .. report.Health?.Values ?? []]);
            bool fails = _options.StopWhenFailing && report.Warning is not null;
            if (fails || (!last && Due(_options.CheckpointInterval))) Save(directory, metrics);
            progress?.Report(report);
            if (fails) throw new FailingRunException($"Step {report.Step}: {report.Warning}");
        }
        Save(directory, metrics);
        return StepsDone == _options.Steps;

        bool Due(long interval) => interval > 0 && StepsDone % interval == 0;
    }

    /// <summary>Takes one step: every player in turn.</summary>
    /// <exception cref="DivergedException">
    /// A loss or gradient is no finite number; all parameters, moments and running statistics are those from before the step.
    /// </exception>
    public TrainingReport Step()
    {
        long start = Stopwatch.GetTimestamp();
        Progress progress = new(StepsDone, _options.Steps, EpochOf(StepsDone));
        if (_data.DrawsPerEpoch is not null && (StepsDone == 0 || EpochOf(StepsDone - 1) != progress.Epoch)) BeginEpoch(progress);

        bool examined = Doctor.IsDue(StepsDone + 1, _options.HealthInterval);
        using FlopCount flops = new();
        TrainingReport? report = null;
        using (new Step(_backend, training: true, _options.Seed, (ulong)StepsDone))
        {
            Views[] views = [.. Enumerable.Range(0, _options.MicroBatches).Select(i => _data.Draw(StepsDone * _options.MicroBatches + i))];
            var before = new Snapshot();
            before.Add(_objective.NamedTensors().Select(entry => entry.Tensor).Where(tensor => !tensor.RequiresGradient));
            try
            {
                foreach ((string name, Optimizer optimizer, Schedule schedule) in _players)
                {
                    bool looks = examined && report is null;
                    TrainingReport moved = Move(name, optimizer, schedule.At(StepsDone), views, progress, before, looks);
                    report ??= moved;
                }
            }
            catch
            {
                before.Restore();
                throw;
            }
            using (Tape.NoGradient()) _objective.AfterStep(progress);
        }
        StepsDone++;
        string? warning = _doctor.Look(StepsDone, report!.Loss, _objective.ChanceLoss, report.LearningRate, report.Health);
        return report with { Seconds = Stopwatch.GetElapsedTime(start).TotalSeconds, Flops = flops.Total, Warning = warning };
    }

    TrainingReport Move(string player, Optimizer optimizer, double rate, Views[] views, Progress progress, Snapshot before, bool examined)
    {
        List<EmbeddingHealth> embeddings = [];
        List<(string Name, double Value)> parts = [];
        (double loss, double norm) = Differentiate(player, optimizer.Parameters, views, progress, examined ? embeddings : null, parts, before);
        // In a game, a player who moves before another takes the move back if the other diverges. A single player never pays for it.
        if (optimizer != _players[^1].Optimizer) before.Add(optimizer.State.Select(entry => entry.Tensor));
        if (examined || optimizer != _players[^1].Optimizer) before.Add([optimizer.Parameters.Values]);
        optimizer.Step(StepsDone, rate);
        return new TrainingReport(StepsDone + 1, _options.Steps, loss, norm, rate, 0)
        {
            Health = examined ? new Health(before.RatioMoved(optimizer.Parameters.Values), loss - _objective.ChanceLoss, embeddings) { LossParts = parts } : null,
        };
    }

    (double Loss, double Norm) Differentiate(string player, Parameters parameters, Views[] views, Progress progress,
        List<EmbeddingHealth>? embeddings, List<(string Name, double Value)> parts, Snapshot before)
    {
        parameters.Zero();
        float[] losses = embeddings is null && _recorded is not null ? Replayed(_recorded, player, views, before)
            : InFull(() => [.. views.Select(view => PassOver(player, view, views.Length, embeddings, parts))], before);
        double loss = losses.Sum(value => (double)value / views.Length);
        _objective.AfterBackward(progress);
        double norm = _options.Clip > 0 ? parameters.Clip(_options.Clip) : parameters.Norm();
        if (double.IsFinite(loss) && double.IsFinite(norm)) return (loss, norm);
        string where = FormattableString.Invariant($"Step {progress.Step + 1}: the loss of {player} is {loss} and the gradient's norm {norm}");
        throw new DivergedException($"{where}; the first gradient that is no finite number is that of {parameters.FirstNotFinite() ?? "none"}. "
            + "The parameters are those from before the step. Lower the learning rate, clip the gradient, or look for bad values in the data.");
    }

    float[] InFull(Func<Tensor[]> pass, Snapshot before) => _recorded is null ? [.. pass().Select(loss => loss.Item())] : _recorded.Do(pass, before.Restore);

    // The embeddings of the first micro-batch are looked at before the backward pass takes their memory back.
    Tensor PassOver(string player, Views view, int micro, List<EmbeddingHealth>? embeddings, List<(string Name, double Value)> parts)
    {
        Tensor loss = _objective.Loss(view, player);
        if (embeddings is not null && parts.Count == 0) parts.AddRange(_objective.LossParts.Select(part => (part.Name, (double)part.Value.Item())));
        if (embeddings is { Count: 0 })
            embeddings.AddRange(_objective.Embeddings.Select(entry => EmbeddingHealth.Of(entry.Name, entry.Rows)));
        loss.Backward(Tensor.Full(_backend, loss.Shape, 1f / micro));
        return loss;
    }

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
