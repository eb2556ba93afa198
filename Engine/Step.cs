namespace NativeSsl;

/// <summary>
/// One step of training or inference. Tensors made while it lasts are lent by the device's pool and go back when it ends;
/// <see cref="Tensor.Keep"/> takes a copy out. It also says whether this is training (dropout) and hands out the step's random streams. The
/// step belongs to the thread, and the flow of control, that began it: other threads, and other work on this thread during an await, do not
/// see it.
/// </summary>
/// <example><code>using (var step = new Step(backend, training: true, seed: 1, number: 42)) { … }</code></example>
public sealed class Step : IDisposable
{
    [ThreadStatic] static Step? t_current;
    static readonly AsyncLocal<Step?> Flow = new();         // tells this flow of control from another one that borrows the thread

    readonly IBackend _backend;
    readonly Step? _threadBefore, _flowBefore;              // two, because this thread may have been borrowed from another flow of control
    readonly int _thread = Environment.CurrentManagedThreadId;
    readonly ulong _number;
    readonly List<Storage> _rented = [];
    uint _streams;
    bool _ended;

    /// <summary>Whether ops such as dropout act as in training.</summary>
    public bool Training { get; }

    /// <summary>The seed of the run.</summary>
    public ulong Seed { get; }

    /// <summary>Begins a step on the calling thread; it ends when disposed.</summary>
    /// <param name="backend">The device whose pool lends memory.</param>
    /// <param name="training">Whether dropout acts.</param>
    /// <param name="seed">The seed of the run.</param>
    /// <param name="number">The number of the step: with the seed it decides every random draw inside.</param>
    public Step(IBackend backend, bool training = false, ulong seed = 0, ulong number = 0)
    {
        (_backend, Training, Seed, _number, _threadBefore, _flowBefore) = (backend, training, seed, number, t_current, Flow.Value);
        t_current = this;
        Flow.Value = this;
    }

    /// <summary>The step of this thread and flow of control, if there is one.</summary>
    public static Step? Current => t_current is { } step && ReferenceEquals(Flow.Value, step) ? step : null;

    /// <summary>The current step, if it belongs to this device.</summary>
    public static Step? Of(IBackend backend) => Current is { } step && ReferenceEquals(step._backend, backend) ? step : null;

    /// <summary>A new random stream: (step number, how many were asked for before), so a resumed run draws the same.</summary>
    public ulong NextStream() => StreamsApart((long)_number) | _streams++;

    /// <summary>How far the streams of a step lie from those of so many steps before, by the number of the stream.</summary>
    public static ulong StreamsApart(long steps) => (ulong)steps << 24;

    /// <summary>How many streams were handed out; set back to replay a stretch (activation checkpointing).</summary>
    public uint Streams { get => _streams; set => _streams = value; }

    internal Storage Rent(long count, Format format)
    {
        Storage storage = _backend.Rent(count, format);
        _rented.Add(storage);
        return storage;
    }

    /// <summary>A mark before a stretch of work whose memory <see cref="ReleaseSince"/> gives back early.</summary>
    internal int Mark() => _rented.Count;

    internal void ReleaseSince(int mark, Storage? except)
    {
        for (int i = _rented.Count - 1; i >= mark; i--)
            if (!ReferenceEquals(_rented[i], except) && !_rented[i].LastsWholeStep) { _rented[i].Release(); _rented.RemoveAt(i); }
    }

    /// <summary>Ends the step: everything lent goes back to the pool.</summary>
    /// <exception cref="NativeSslException">It is ended on another thread, or while an inner step still runs.</exception>
    public void Dispose()
    {
        if (_ended) return;
        if (_thread != Environment.CurrentManagedThreadId)
            throw new NativeSslException("Step: ended on another thread than it began on. Do not await inside a step.");
        if (!ReferenceEquals(t_current, this)) throw new NativeSslException("Step: ended while a step begun inside it still runs.");
        _ended = true;
        foreach (Storage storage in _rented) storage.Release();
        _rented.Clear();
        t_current = _threadBefore;
        Flow.Value = _flowBefore;
    }
}
