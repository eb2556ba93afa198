using System.Diagnostics;

namespace NativeSsl;

/// <summary>
/// Trains an objective. Everything a step does is a function of the parameters, the moments, the step's number and the seed, so a run
/// that goes on from a checkpoint, in another process or with another number of threads, is bit for bit the run that was never interrupted.
/// </summary>
public sealed class Trainer
{
    readonly Objective _objective;
    readonly IViewSource _data;
    readonly TrainerOptions _options;
    readonly (string Name, Optimizer Optimizer, Schedule LearningRate)[] _players;
    readonly IBackend _backend;
    readonly ChanceWatch _watch;

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
        _watch = new ChanceWatch(objective.ChanceLoss, patience: Math.Max(100, options.Steps / 20));
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
            metrics?.Append(report.Step,
                [("loss", report.Loss), ("gradientNorm", report.GradientNorm), ("learningRate", report.LearningRate),
                ("stepSeconds", report.Seconds), .. report.ValidationLoss is { } loss ? new[] { ("validationLoss", loss) } : []]);
            if (!last && Due(_options.CheckpointInterval)) Save(directory, metrics);
            progress?.Report(report);
        }
        Save(directory, metrics);
        return StepsDone == _options.Steps;

        bool Due(long interval) => interval > 0 && StepsDone % interval == 0;
    }

    /// <summary>Takes one step: every player in turn.</summary>
    /// <exception cref="DivergedException">
    /// A loss or gradient is no finite number; all parameters and moments are those from before the step.
    /// </exception>
    public TrainingReport Step()
    {
        long start = Stopwatch.GetTimestamp();
        Progress progress = new(StepsDone, _options.Steps, EpochOf(StepsDone));
        if (_data.DrawsPerEpoch is not null && (StepsDone == 0 || EpochOf(StepsDone - 1) != progress.Epoch)) BeginEpoch(progress);

        TrainingReport? report = null;
        using (var step = new Step(_backend, training: true, _options.Seed, (ulong)StepsDone))
        {
            Views[] views = [.. Enumerable.Range(0, _options.MicroBatches).Select(i => _data.Draw(StepsDone * _options.MicroBatches + i))];
            List<(Tensor Now, Tensor Before)> moved = [];
            try
            {
                foreach ((string name, Optimizer optimizer, Schedule schedule) in _players)
                {
                    (double loss, double norm) = Differentiate(name, optimizer.Parameters, views, progress);
                    double rate = schedule.At(StepsDone);
                    if (optimizer != _players[^1].Optimizer) Remember(optimizer, moved);
                    optimizer.Step(StepsDone, rate);
                    report ??= new TrainingReport(StepsDone + 1, _options.Steps, loss, norm, rate, 0);
                }
            }
            catch (DivergedException)
            {
                foreach ((Tensor now, Tensor before) in moved) _backend.Copy(before, now);
                throw;
            }
            using (Tape.NoGradient()) _objective.AfterStep(progress);
        }
        StepsDone++;
        return report! with { Seconds = Stopwatch.GetElapsedTime(start).TotalSeconds, Warning = _watch.Look(StepsDone, report!.Loss) };
    }

    // In a game, a player who moves before another takes the move back if the other diverges. A single player never pays for it.
    static void Remember(Optimizer optimizer, List<(Tensor Now, Tensor Before)> moved)
    {
        foreach (Tensor now in (Tensor[])[optimizer.Parameters.Values, .. optimizer.State.Select(entry => entry.Tensor)])
        {
            Tensor before = Tensor.Empty(now.Backend, now.Shape);
            now.Backend.Copy(now, before);
            moved.Add((now, before));
        }
    }

    (double Loss, double Norm) Differentiate(string player, Parameters parameters, Views[] views, Progress progress)
    {
        parameters.Zero();
        double loss = 0;
        foreach (Views view in views)
        {
            Tensor value = _objective.Loss(view, player);
            value.Backward(Tensor.Full(_backend, value.Shape, 1f / views.Length));
            loss += value.Item() / views.Length;
        }
        _objective.AfterBackward(progress);
        double norm = _options.Clip > 0 ? parameters.Clip(_options.Clip) : parameters.Norm();
        if (double.IsFinite(loss) && double.IsFinite(norm)) return (loss, norm);
        string where = FormattableString.Invariant($"Step {progress.Step + 1}: the loss of {player} is {loss} and the gradient's norm {norm}");
        throw new DivergedException($"{where}; the first gradient that is no finite number is that of {parameters.FirstNotFinite() ?? "none"}. "
            + "The parameters are those from before the step. Lower the learning rate, clip the gradient, or look for bad values in the data.");
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

    void Save(RunDirectory? directory, MetricsLog? metrics)
    {
        if (directory is null) return;
        metrics?.Flush();
        var checkpoint = new CheckpointWriter();
        foreach ((string name, Tensor tensor) in _objective.NamedTensors()) checkpoint.Add(name, tensor);
        foreach ((string player, Optimizer optimizer, _) in _players)
        {
            foreach ((string name, Tensor tensor) in optimizer.State) checkpoint.Add($"optimizer.{player}.{name}", tensor);
            checkpoint.Add($"optimizer.{player}.first_steps", [.. optimizer.FirstSteps]);
        }
        checkpoint.Add("identity", _options.Identity);
        _objective.Save(checkpoint);
        _data.Save(checkpoint);
        directory.Save(StepsDone, checkpoint.Items, checkpoint.Texts, ValidationLoss);
    }

    /// <summary>Goes back, or ahead, to a checkpoint.</summary>
    /// <exception cref="MalformedFileException">It cannot be read, or belongs to a run with another recipe or model.</exception>
    public void Load(string path)
    {
        using var checkpoint = new CheckpointReader(path);
        if (checkpoint.Text("identity") != _options.Identity)
            throw new MalformedFileException(path,
                "it was written by a run with another recipe. Resume with that recipe, or begin a new run.");
        foreach ((string name, Tensor tensor) in _objective.NamedTensors()) checkpoint.Read(name, tensor);
        foreach ((string player, Optimizer optimizer, _) in _players)
        {
            foreach ((string name, Tensor tensor) in optimizer.State) checkpoint.Read($"optimizer.{player}.{name}", tensor);
            optimizer.RestoreFirstSteps(checkpoint.Numbers($"optimizer.{player}.first_steps"));
        }
        _objective.Load(checkpoint);
        _data.Load(checkpoint);
        (StepsDone, ValidationLoss) = (checkpoint.Step, checkpoint.ValidationLoss);
    }
}
