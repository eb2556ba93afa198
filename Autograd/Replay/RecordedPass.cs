namespace NativeSsl;

/// <summary>
/// Forward and backward passes that a device records once and then does again on other inputs, without the host: no ops, no tape, no launches one by one. What a
/// pass leaves behind (gradients, running statistics) and its random streams are those of a pass that is not replayed, bit for bit. A pass whose inputs have other
/// shapes, or lead the host elsewhere, is done in full.
/// </summary>
/// <remarks>What a pass does must follow from its inputs, from tensors that last, and from the random streams of the <see cref="Step"/> it runs in; a number on the
/// host that changes from step to step is frozen.</remarks>
public sealed class RecordedPass : IDisposable
{
    readonly Parameters _parameters;
    readonly Tensor[] _state;
    IRecorder? _recorder;
    Record? _record;
    string? _whyNot;

    sealed record Record(PassInputs Inputs, string Key, Tensor[] Losses, Storage[] Homes, long Step, uint StreamsBefore, uint StreamsAfter, bool[] Reached, double Flops);

    /// <param name="parameters">Where gradients go.</param>
    /// <param name="state">All tensors that last and that a pass uses, so that it is noticed when one of them moves in memory.</param>
    public RecordedPass(Parameters parameters, IEnumerable<Tensor> state)
    {
        (_parameters, _state, IBackend backend) = (parameters, [.. state], parameters.Values.Backend);
        _recorder = backend.NewRecorder();
        if (_recorder is null) _whyNot = $"on {backend.Name} an order costs nothing worth saving";
    }

    /// <summary>How many passes were replayed.</summary>
    public long Replayed { get; private set; }

    /// <summary>How passes are done, or why they are not replayed: for a log.</summary>
    public string About => _whyNot is { } why ? $"not replayed: {why}" : $"{Replayed} replayed; {_recorder!.About}";

    /// <summary>A pass in full. The gradients of the parameters are those of the losses, averaged as the pass does it.</summary>
    /// <param name="pass">Forward and backward; returns the losses.</param>
    /// <param name="undo">Restores running statistics: where the recorder's memory does not reach, the pass is begun again without it.</param>
    public Tensor[] Do(Func<Tensor[]> pass, Action undo)
    {
        Tensor[] losses = [];
        void Work() => losses = pass();
        if (_recorder is null || !Tried(() => _recorder.Do(Work), undo)) Work();
        return losses;
    }

    /// <summary>A pass, replayed if it can be. Call it inside of a <see cref="Step"/>, after <see cref="Parameters.Zero"/>.</summary>
    /// <param name="step">The number of the step.</param>
    /// <param name="tensors">Inputs.</param>
    /// <param name="indices">Inputs.</param>
    /// <param name="key">What else decides the pass: others are done in full.</param>
    /// <param name="pass">Forward and backward; returns the losses. Gets inputs that are to be used instead of those given here.</param>
    /// <param name="undo">Restores running statistics: a pass that turns out not to be replayable is begun again.</param>
    /// <returns>The losses, until the next pass.</returns>
    public Tensor[] Run(long step, IReadOnlyList<Tensor> tensors, IReadOnlyList<Indices> indices, string key, Func<IReadOnlyList<Tensor>, IReadOnlyList<Indices>, Tensor[]> pass, Action undo)
    {
        Step now = Step.Current ?? throw new NativeSslException("RecordedPass.Run: there is no step. Call it inside of one.");
        if (_recorder is not null && (_record is null || !_recorder.IsUpToDate || !Homes().SequenceEqual(_record.Homes)))
        {
            if (Tried(() => _record = NewRecord(step, now, tensors, indices, key, pass), undo)) return _record!.Losses;
        }
        else if (_record is not null && key == _record.Key && now.Streams == _record.StreamsBefore && _record.Inputs.Fit(tensors, indices)) return Replay(_record, step, now, tensors, indices);
        return Do(() => pass(tensors, indices), undo);
    }

    Record NewRecord(long step, Step now, IReadOnlyList<Tensor> tensors, IReadOnlyList<Indices> indices, string key, Func<IReadOnlyList<Tensor>, IReadOnlyList<Indices>, Tensor[]> pass)
    {
        var inputs = new PassInputs(tensors, indices);
        Tensor[] losses = [];
        uint before = now.Streams;
        using var flops = new FlopCount();
        _recorder!.Record(() => losses = [.. pass(inputs.Tensors, inputs.Indices).Select(loss => loss.Keep())]);
        return new Record(inputs, key, losses, Homes(), step, before, now.Streams, _parameters.Reached(), flops.Total);
    }

    Tensor[] Replay(Record record, long step, Step now, IReadOnlyList<Tensor> tensors, IReadOnlyList<Indices> indices)
    {
        record.Inputs.Fill(tensors, indices);
        _recorder!.Replay(step - record.Step);
        _parameters.MarkReached(record.Reached);
        now.Streams = record.StreamsAfter;
        FlopCount.Add(record.Flops / 2);
        Replayed++;
        return record.Losses;
    }

    // What cannot be done with a recorder is done without one from now on.
    bool Tried(Action work, Action undo)
    {
        uint streams = Step.Current?.Streams ?? 0;
        using var flops = new FlopCount();
        try
        {
            work();
            return true;
        }
        catch (Exception failure) when (failure is NotReplayableException or DeviceMemoryException)
        {
            Dispose();
            (_recorder, _record, _whyNot) = (null, null, failure.Message);
            Step.Current?.Streams = streams;
            FlopCount.Add(-flops.Total / 2);
            _parameters.Zero();
            undo();
            return false;
        }
    }

    Storage[] Homes() => [.. _state.Select(tensor => tensor.Storage)];

    /// <summary>Gives up the record, and its memory.</summary>
    public void Dispose() => _recorder?.Dispose();
}
