namespace NativeSsl;

/// <summary>Inputs of a step in memory that lasts, into which those of a later step are written, with what the host makes of them; and what it has checked.</summary>
sealed class StepInputs
{
    readonly IRecorder _recorder;
    readonly List<(int Source, Action<Indices> Of)> _checks = [];
    readonly List<(int Source, Func<Indices, int[]> Of, Indices Home)> _made = [];
    Indices[] _there = [];                                  // what was written last

    internal StepInputs(IRecorder recorder, IReadOnlyList<Tensor> tensors, IReadOnlyList<Indices> indices)
    {
        _recorder = recorder;
        (Tensors, Indices) = ([.. tensors.Select(tensor => tensor.Keep())], [.. indices.Select(Kept)]);

        Indices Kept(Indices values, int source) => Replaceable(values, source, () => values);
    }

    internal Tensor[] Tensors { get; }
    internal Indices[] Indices { get; }

    // Sources are the inputs, and behind them what is made of sources. What is made later, of the indices as they are now or of others, is made of these.
    Indices Replaceable(Indices home, int source, Func<Indices> now) => home.Replaceable(new IndicesToCome(check => _checks.Add((source, check)), (shape, make) => Made(source, shape, make, now())));

    Indices Made(int source, Shape shape, Func<Indices, int[]> make, Indices now)
    {
        Indices? made = null, home = null;
        int place = Indices.Length + _made.Count;
        // No order of the record: before it is given again, others are written here.
        _recorder.Aside(() => home = Replaceable(made = NativeSsl.Indices.From(now.Backend, shape, make(now)), place, () => made!));
        _made.Add((source, make, home!));
        return home!;
    }

    /// <summary>What stands for others in a step that was recorded on these: they themselves, and what is made of them. Null if that step is not the step on others.</summary>
    /// <exception cref="IndexException">One of the others points outside of what it is looked up in.</exception>
    internal Indices[]? InsteadOf(IReadOnlyList<Tensor> tensors, IReadOnlyList<Indices> indices)
    {
        if (!Tensors.Select(tensor => (tensor.Shape, tensor.Format)).SequenceEqual(tensors.Select(tensor => (tensor.Shape, tensor.Format)))
            || !Indices.Select(values => values.Shape).SequenceEqual(indices.Select(values => values.Shape))) return null;
        List<Indices> all = [.. indices];
        foreach ((int source, Func<Indices, int[]> make, Indices home) in _made) all.Add(home.Instead(make(all[source])));
        foreach ((int source, Action<Indices> check) in _checks) check(all[source]);
        return [.. all];
    }

    /// <summary>Takes over the values of others.</summary>
    internal void Fill(IReadOnlyList<Tensor> tensors, Indices[] all)
    {
        foreach ((Tensor ours, Tensor theirs) in Tensors.Zip(tensors)) ours.Backend.Copy(theirs, ours);
        for (int i = 0; i < Indices.Length; i++) Indices[i].Storage.CopyFrom(all[i].Values.Span);
        // What is made is often the same again: how many targets count.
        for (int i = Indices.Length; i < all.Length; i++)
            if (i >= _there.Length || !_there[i].Values.Span.SequenceEqual(all[i].Values.Span)) _made[i - Indices.Length].Home.Storage.CopyFrom(all[i].Values.Span);
        _there = all;
    }
}
