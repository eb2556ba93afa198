namespace NativeSsl;

// Steps that a device does again by itself.
public sealed partial class Trainer
{
    readonly RecordedStep? _recorded;
    readonly string? _whyNotRecorded;

    /// <summary>How many steps were replayed and how, or why none is; null if that was not asked for. For a log.</summary>
    public string? Replays => _recorded?.About ?? _whyNotRecorded;

    RecordedStep? NewRecordedStep(out string? whyNot)
    {
        whyNot = _players.Length > 1 ? $"not replayed: {_players.Length} players move in turn"
            : !_objective.IsReplayable ? $"not replayed: {_objective.GetType().Name} decides on the host by what it sees" : null;
        return whyNot is null ? new RecordedStep(_players[0].Optimizer.Parameters, [.. _objective.NamedTensors().Select(entry => entry.Tensor), .. _numbers.Tensors]) : null;
    }

    // Forward, backward, clipping, the optimizer, and what follows it: all that a device does in a step but to take in its views and its numbers.
    bool TryReplay(RecordedStep recorded, Mover player, Views[] views, Progress progress, Snapshot before) =>
        recorded.TryRun(StepsDone, [.. views.SelectMany(view => view.Tensors)], [.. views.SelectMany(view => view.Indices)], string.Join(' ', views.Select(view => view.Terms)),
            (tensors, indices) => MoveBy(Passes(player, [.. Like(views, tensors, indices)], null, []), player, progress), () =>
            {
                var moved = new Snapshot(lasting: false);
                moved.Add([player.Optimizer.Parameters.Values, player.Clipping.Found, .. player.Optimizer.State.Select(entry => entry.Tensor)]);
                return () =>
                {
                    before.Restore();
                    moved.Restore();
                };
            });

    static IEnumerable<Views> Like(Views[] views, IReadOnlyList<Tensor> tensors, IReadOnlyList<Indices> indices)
    {
        (int tensor, int index) = (0, 0);
        foreach (Views view in views)
        {
            yield return view with { Tensors = [.. tensors.Skip(tensor).Take(view.Tensors.Count)], Indices = [.. indices.Skip(index).Take(view.Indices.Count)] };
            (tensor, index) = (tensor + view.Tensors.Count, index + view.Indices.Count);
        }
    }

    /// <summary>Gives up what a device recorded, and its memory.</summary>
    public void Dispose()
    {
        _recorded?.Dispose();
        foreach (IReading? reading in _readings) reading?.Dispose();
    }
}
