namespace NativeSsl;

// Steps that a device does again by itself.
public sealed partial class Trainer
{
    readonly RecordedPass? _recorded;
    readonly string? _whyNotRecorded;

    /// <summary>How many steps were replayed and how, or why none is; null if that was not asked for. For a log.</summary>
    public string? Replays => _recorded?.About ?? _whyNotRecorded;

    RecordedPass? NewRecordedPass(out string? whyNot)
    {
        whyNot = _players.Length > 1 ? $"not replayed: {_players.Length} players move in turn"
            : !_objective.IsReplayable ? $"not replayed: {_objective.GetType().Name} decides on the host by what it sees" : null;
        return whyNot is null ? new RecordedPass(_players[0].Optimizer.Parameters, _objective.NamedTensors().Select(entry => entry.Tensor)) : null;
    }

    // The optimizer, clipping and what follows are a few orders with numbers of the step: they are given anew each time.
    Tensor[] Replayed(RecordedPass recorded, string player, Views[] views, Snapshot before) =>
        recorded.Run(StepsDone, [.. views.SelectMany(view => view.Tensors)], [.. views.SelectMany(view => view.Indices)], string.Join(' ', views.Select(view => view.Terms)),
            (tensors, indices) => [.. Like(views, tensors, indices).Select(view => PassOver(player, view, views.Length, null, []))], before.Restore);

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
