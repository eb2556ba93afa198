namespace NativeSsl;

/// <summary>
/// Steps that a device records once and then does again on other inputs, without the host: no ops, no tape, no launches one by one. What a step leaves behind
/// (parameters, moments, running statistics) and its random streams are those of a step that is not replayed, bit for bit. A step whose inputs have other shapes, or lead
/// the host elsewhere, is done in full.
/// </summary>
/// <remarks>What a step does must follow from its inputs, from tensors that last, and from the random streams of the <see cref="Step"/> it runs in. A number on the
/// host that changes from step to step would be frozen: it belongs into <see cref="StepNumbers"/>.</remarks>
public sealed class RecordedStep : IDisposable
{
    readonly Parameters _parameters;
    readonly Tensor[] _state;
    IRecorder? _recorder;
    Record? _record;
    string? _whyNot;

    sealed record Record(StepInputs Inputs, string Key, Storage[] Homes, long Step, uint StreamsBefore, uint StreamsAfter, bool[] Reached, double Flops);

    /// <param name="parameters">Where gradients go.</param>
    /// <param name="state">All tensors that last and that a step uses, so that it is noticed when one of them moves in memory.</param>
    public RecordedStep(Parameters parameters, IEnumerable<Tensor> state)
    {
        (_parameters, _state, IBackend backend) = (parameters, [.. state], parameters.Values.Backend);
        _recorder = backend.NewRecorder();
        if (_recorder is null) _whyNot = $"on {backend.Name} an order costs nothing worth saving";
    }

    /// <summary>How many steps were replayed.</summary>
    public long Replayed { get; private set; }

    /// <summary>How steps are done, or why they are not replayed: for a log.</summary>
    public string About => _whyNot is { } why ? $"not replayed: {why}" : $"{Replayed} replayed; {_recorder!.About}";

    /// <summary>Does a part of a step in full, in the recorder's memory. The gradients of the parameters are what the part makes of them.</summary>
    /// <param name="work">A part that can be begun again.</param>
    /// <param name="undo">Restores running statistics: where the recorder's memory does not reach, the part is begun again without it.</param>
    public void Do(Action work, Action undo)
    {
        if (_recorder is null || !Tried(() => _recorder.Do(work), () => undo)) work();
    }

    /// <summary>Does a whole step, recorded or replayed, if it can be. Call it inside of a <see cref="Step"/>, after <see cref="Parameters.Zero"/>.</summary>
    /// <param name="step">The number of the step.</param>
    /// <param name="tensors">Inputs.</param>
    /// <param name="indices">Inputs.</param>
    /// <param name="key">What else decides the step: others are done in full.</param>
    /// <param name="work">The step. Gets inputs that are to be used instead of those given here.</param>
    /// <param name="remember">Asked before the step is recorded; what it returns makes everything what it was, should the step turn out not to be replayable.</param>
    /// <returns>Whether the step is done; if it is not, it has to be done in full.</returns>
    public bool TryRun(long step, IReadOnlyList<Tensor> tensors, IReadOnlyList<Indices> indices, string key, Action<IReadOnlyList<Tensor>, IReadOnlyList<Indices>> work, Func<Action> remember)
    {
        Step now = Step.Current ?? throw new NativeSslException("RecordedStep.TryRun: there is no step. Call it inside of one.");
        if (_recorder is null) return false;
        if (_record is null || !_recorder.IsUpToDate || !Homes().SequenceEqual(_record.Homes)) return Tried(() => _record = NewRecord(step, now, tensors, indices, key, work), remember);
        if (key != _record.Key || now.Streams != _record.StreamsBefore || _record.Inputs.InsteadOf(tensors, indices) is not { } instead) return false;
        _record.Inputs.Fill(tensors, instead);
        Replay(_record, step, now);
        return true;
    }

    Record NewRecord(long step, Step now, IReadOnlyList<Tensor> tensors, IReadOnlyList<Indices> indices, string key, Action<IReadOnlyList<Tensor>, IReadOnlyList<Indices>> work)
    {
        var inputs = new StepInputs(_recorder!, tensors, indices);
        uint before = now.Streams;
        using var flops = new FlopCount();
        _recorder!.Record(() => work(inputs.Tensors, inputs.Indices));
        return new Record(inputs, key, Homes(), step, before, now.Streams, _parameters.Reached(), flops.Total);
    }

    void Replay(Record record, long step, Step now)
    {
        _recorder!.Replay(step - record.Step);
        _parameters.MarkReached(record.Reached);
        now.Streams = record.StreamsAfter;
        FlopCount.Add(record.Flops / 2);
        Replayed++;
    }

    // What cannot be done with a recorder is done without one from now on.
    bool Tried(Action work, Func<Action> remember)
    {
        uint streams = Step.Current?.Streams ?? 0;
        Action undo = () => { };
        using var flops = new FlopCount();
        try
        {
            undo = remember();
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
