using System.Diagnostics;

namespace NativeSsl;

// One step.
public sealed partial class Trainer
{
    /// <summary>Who moves parameters, and how far.</summary>
    sealed record Mover(string Name, Optimizer Optimizer, Schedule LearningRate, Clipping Clipping);

    /// <summary>Takes one step: every player in turn.</summary>
    /// <exception cref="DivergedException">
    /// A loss or gradient is no finite number; all parameters, moments and running statistics are those from before the step.
    /// </exception>
    public TrainingReport Step()
    {
        long start = Stopwatch.GetTimestamp();
        Progress progress = Begin();
        bool examined = Doctor.IsDue(StepsDone + 1, _options.HealthInterval);
        using FlopCount flops = new();
        TrainingReport? report = null;
        using (NewStep())
        {
            Views[] views = Draw();
            var before = new Snapshot(lasting: false);
            before.Add(_notLearned);
            try
            {
                foreach (Mover player in _players)
                {
                    bool looks = examined && report is null;
                    TrainingReport moved = Move(player, views, progress, before, looks);
                    report ??= moved;
                }
            }
            catch
            {
                before.Restore();
                throw;
            }
            if (_recorded is null) Follow(progress);
        }
        StepsDone++;
        return Diagnosed(report! with { Seconds = Stopwatch.GetElapsedTime(start).TotalSeconds, Flops = flops.Total });
    }

    Progress Begin()
    {
        Progress progress = new(StepsDone, _options.Steps, EpochOf(StepsDone));
        if (_data.DrawsPerEpoch is not null && (StepsDone == 0 || EpochOf(StepsDone - 1) != progress.Epoch)) BeginEpoch(progress);
        SayNumbers(StepsDone);
        return progress;
    }

    // What is another number at each step lies in the device's memory.
    void SayNumbers(long step)
    {
        foreach (Mover player in _players) player.Optimizer.Say(step, player.LearningRate.At(step));
        foreach (ScheduledNumber number in _objective.Numbers) number.Say(step);
        _numbers.Send();
    }

    Step NewStep() => new(_backend, training: true, _options.Seed, (ulong)StepsDone);

    Views[] Draw() => [.. Enumerable.Range(0, _options.MicroBatches).Select(i => _data.Draw(StepsDone * _options.MicroBatches + i))];

    TrainingReport Diagnosed(TrainingReport report) => report with { Warning = _doctor.Look(report.Step, report.Loss, _objective.ChanceLoss, report.LearningRate, report.Health) };

    TrainingReport Move(Mover player, Views[] views, Progress progress, Snapshot before, bool examined)
    {
        Optimizer optimizer = player.Optimizer;
        List<EmbeddingHealth> embeddings = [];
        List<(string Name, double Value)> parts = [];
        Do(player, views, progress, examined ? embeddings : null, parts, before);
        (double loss, double norm) = LossAndNorm(player.Clipping.Found.ToArray());
        if (!IsFinite(loss, norm)) throw Diverged(player, progress, loss, norm);
        return new TrainingReport(StepsDone + 1, _options.Steps, loss, norm, player.LearningRate.At(StepsDone), 0)
        {
            Health = examined ? new Health(before.RatioMoved(optimizer.Parameters.Values), loss - _objective.ChanceLoss, embeddings) { LossParts = parts } : null,
        };
    }

    void Do(Mover player, Views[] views, Progress progress, List<EmbeddingHealth>? embeddings, List<(string Name, double Value)> parts, Snapshot before)
    {
        Optimizer optimizer = player.Optimizer;
        optimizer.Parameters.Zero();
        if (embeddings is null && _recorded is not null && TryReplay(_recorded, player, views, progress, before)) return;
        Tensor[] losses = [];
        void InFull() => losses = Passes(player, views, embeddings, parts);
        if (_recorded is null) InFull();
        else _recorded.Do(InFull, before.Restore);
        // In a game, a player who moves before another takes the move back if the other diverges. A single player never pays for it.
        if (player != _players[^1]) before.Add(optimizer.State.Select(entry => entry.Tensor));
        if (embeddings is not null || player != _players[^1]) before.Add([optimizer.Parameters.Values]);
        MoveBy(losses, player, progress);
    }

    Tensor[] Passes(Mover player, Views[] views, List<EmbeddingHealth>? embeddings, List<(string Name, double Value)> parts) =>
        [.. views.Select(view => PassOver(player.Name, view, views.Length, embeddings, parts))];

    // What gradients are there for. Where it may be recorded, the objective's own moves belong to it.
    void MoveBy(Tensor[] losses, Mover player, Progress progress)
    {
        _objective.AfterBackward(progress);
        player.Clipping.Look(losses);
        player.Optimizer.Move(player.Clipping);
        if (_recorded is not null) Follow(progress);
    }

    void Follow(Progress progress)
    {
        using (Tape.NoGradient()) _objective.AfterStep(progress);
    }

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

    (double Loss, double Norm) LossAndNorm(float[] found) =>
        (found.Skip(ClipFindings.Losses).Sum(loss => (double)loss / _options.MicroBatches), found[ClipFindings.Norm]);

    static bool IsFinite(double loss, double norm) => double.IsFinite(loss) && double.IsFinite(norm);

    DivergedException Diverged(Mover player, Progress progress, double loss, double norm)
    {
        player.Clipping.GoOn();
        string where = FormattableString.Invariant($"Step {progress.Step + 1}: the loss of {player.Name} is {loss} and the gradient's norm {norm}");
        return new DivergedException($"{where}; the first gradient that is no finite number is that of {player.Optimizer.Parameters.FirstNotFinite() ?? "none"}. "
            + "The parameters are those from before the step. Lower the learning rate, clip the gradient, or look for bad values in the data.");
    }
}
