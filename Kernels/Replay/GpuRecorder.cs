namespace NativeSsl.Kernels;

/// <summary>
/// Orders of one thread, to be given again without the host that made them: as one graph where the driver can (CUDA), one by one elsewhere. The record holds
/// every tensor that lasts and that an order touches; what orders lend each other lies in a pool of the recorder's own, whose addresses stay.
/// </summary>
sealed class GpuRecorder : IRecorder
{
    readonly GpuBlock _later;                               // how many steps later this is, for random streams
    readonly List<Action> _orders = [];
    readonly HashSet<GpuStorage> _touched = [];
    readonly List<GpuBlock> _kept = [];
    (MatMulPrecision, bool) _settings;
    CudaGraph? _graph;
    string? _whyNoGraph;
    bool _disposed;

    internal GpuRecorder(GpuBackend gpu, GpuPool pool, GpuBlock later) => (Gpu, Pool, _later) = (gpu, pool, later);

    internal GpuBackend Gpu { get; }
    internal GpuPool Pool { get; }
    internal ArrayView<ulong> Later => _later.View.Cast<ulong>();

    /// <summary>Whether orders are being taken note of.</summary>
    internal bool IsNoting { get; private set; }

    /// <inheritdoc/>
    public string About => _orders.Count == 0 ? "nothing is recorded"
        : _graph is not null ? $"{_orders.Count} orders in one graph" : $"{_orders.Count} orders, one by one{(_whyNoGraph is { } why ? $": {why}" : "")}";

    /// <inheritdoc/>
    public bool IsUpToDate => _orders.Count > 0 && _settings == Gpu.ProductSettings;

    /// <inheritdoc/>
    public void Do(Action work)
    {
        Tell(0);
        GpuBackend.For(this, work);
    }

    /// <inheritdoc/>
    public void Record(Action work)
    {
        Forget();
        Tell(0);
        (IsNoting, Pool.StaysPut) = (true, true);
        try { GpuBackend.For(this, work); }
        catch
        {
            Forget();
            throw;
        }
        finally { IsNoting = false; }
        _settings = Gpu.ProductSettings;
    }

    /// <inheritdoc/>
    public void Aside(Action work)
    {
        (bool noting, IsNoting) = (IsNoting, false);
        try { work(); }
        finally { IsNoting = noting; }
    }

    /// <inheritdoc/>
    public void Replay(long stepsLater)
    {
        if (_orders.Count == 0) throw new NotReplayableException("IRecorder.Replay: nothing is recorded.");
        Gpu.InTurn(() =>
        {
            Pool.Collect();
            if (Pool.Lent > 0) throw new NotReplayableException("IRecorder.Replay: memory of the recorder is still lent. End the step that it was recorded or used in.");
            if (_graph is null && _whyNoGraph is null) (_graph, _whyNoGraph) = Gpu.Collect(GiveOrders);
            Gpu.Tell(Later, stepsLater);
            if (_graph is not null) Gpu.Launch(_graph);
            else GiveOrders();
        });
    }

    void GiveOrders()
    {
        foreach (Action order in _orders) order();
    }

    void Tell(long stepsLater) => Gpu.InTurn(() => Gpu.Tell(Later, stepsLater));

    /// <summary>Takes note of an order and of what it touches.</summary>
    internal void Note(Action order, IReadOnlyList<GpuStorage> touched)
    {
        if (!IsNoting) return;
        foreach (GpuStorage storage in touched)
            if (!storage.IsOf(Pool)) throw new NotReplayableException("The work uses memory that was lent before it began, and that will be another's when the work is done again. Give it tensors that last.");
        _orders.Add(order);
        _touched.UnionWith(touched);
    }

    /// <summary>Room for what the host said once.</summary>
    internal ArrayView<byte> Keep(long bytes)
    {
        GpuBlock block = Gpu.Pool.Take(bytes);
        _kept.Add(block);
        return block.View.SubView(0, bytes);
    }

    void Forget()
    {
        _orders.Clear();
        _touched.Clear();
        foreach (GpuBlock block in _kept) block.Return();
        _kept.Clear();
        (_graph, CudaGraph? graph, _whyNoGraph) = (null, _graph, null);
        graph?.Dispose();
        Pool.StaysPut = false;
    }

    /// <summary>Gives up the record, and its memory.</summary>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        GC.SuppressFinalize(this);
        Gpu.Free(() =>
        {
            Forget();
            _later.Return();
            Pool.Dispose();
        });
    }

    // Nobody gave it up, and nobody holds it. A finalizer touches no driver: it hands back what lies in the device's pool, and leaves word that its own pool is nobody's. A graph stays until the device is closed.
    ~GpuRecorder()
    {
        foreach (GpuBlock block in _kept) block.Return();
        _later.Return();
        Pool.Abandon();
    }
}
