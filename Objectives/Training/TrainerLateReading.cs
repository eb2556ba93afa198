using System.Diagnostics;

namespace NativeSsl;

// Steps whose loss and norm are read while the next one is at work, so that the device never waits for the host to have looked. What diverges moves nothing, and
// neither does the step that was asked for meanwhile (Clipping).
public sealed partial class Trainer
{
    readonly Snapshot[] _before = [new(lasting: true), new(lasting: true)];
    readonly IReading?[] _readings = new IReading?[2];
    UnreadStep? _unread;
    long _readAt;

    sealed record UnreadStep(long Step, double LearningRate, long Start, double Flops, Snapshot Before, IReading Reading);

    // What follows from a step's numbers has to wait for them.
    bool MayBeReadLate(long step) =>
        _recorded is not null && !_options.StopWhenFailing && !Doctor.IsDue(step, _options.HealthInterval) && !IsValidated(step) && !IsSaved(step);

    // Takes a step, and tells of those whose numbers are there.
    internal void Next(Action<TrainingReport> tell)
    {
        UnreadStep? next = MayBeReadLate(StepsDone + 1) ? Ask() : null;
        ReadTheRest(tell);
        _unread = next;
        if (next is null) tell(Step());
    }

    void ReadTheRest(Action<TrainingReport> tell)
    {
        if (_unread is not { } step) return;
        _unread = null;
        tell(Read(step));
    }

    UnreadStep Ask()
    {
        long start = Stopwatch.GetTimestamp();
        Mover player = _players[0];
        Progress progress = Begin();
        double rate = player.LearningRate.At(StepsDone);
        Snapshot before = _before[StepsDone % 2];
        IReading reading = _readings[StepsDone % 2] ??= _backend.NewReading((int)player.Clipping.Found.Shape.Count);
        using FlopCount flops = new();
        using (NewStep())
        {
            before.Renew(_notLearned);
            try
            {
                Do(player, Draw(), progress, null, [], before);
            }
            catch
            {
                before.Restore();
                throw;
            }
            reading.Ask(player.Clipping.Found);
        }
        return new UnreadStep(++StepsDone, rate, start, flops.Total, before, reading);
    }

    TrainingReport Read(UnreadStep step)
    {
        (double loss, double norm) = LossAndNorm(step.Reading.Numbers());
        if (!IsFinite(loss, norm)) throw Again(step, loss, norm);
        double seconds = Stopwatch.GetElapsedTime(Math.Max(step.Start, _readAt)).TotalSeconds;
        _readAt = Stopwatch.GetTimestamp();
        return Diagnosed(new TrainingReport(step.Step, _options.Steps, loss, norm, step.LearningRate, seconds) { Flops = step.Flops });
    }

    // Everything is as it was before the step that diverged; done again, it diverges again, and then its gradients can be looked at.
    DivergedException Again(UnreadStep step, double loss, double norm)
    {
        step.Before.Restore();
        _players[0].Clipping.GoOn();
        StepsDone = step.Step - 1;
        Step();
        return new DivergedException(FormattableString.Invariant($"Step {step.Step}: the loss was {loss} and the gradient's norm {norm}, but not when the step was done again. ")
            + "The device does not repeat itself: resume from the last checkpoint, and look after the device.");
    }
}
