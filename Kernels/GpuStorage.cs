namespace NativeSsl.Kernels;

/// <summary>Device memory: lent until released, or lasting until the garbage collector finds that nobody holds it;
/// or a window onto either.</summary>
sealed class GpuStorage : Storage
{
    readonly GpuBackend _device;
    readonly Lease? _lease;
    readonly GpuBlock _block;
    bool _released;

    internal GpuStorage(GpuBackend device, GpuBlock block, long length, Format format, bool lasting) : base(length, format)
    {
        (_device, _block) = (device, block);
        if (lasting) _lease = new Lease(block);
    }

    GpuStorage(GpuStorage onto, long start, long length) : base(onto, start, length) => (_device, _block) = (onto._device, onto._block);

    internal static int BytesOf(Format format) => format == Format.BFloat16 ? 2 : 4;

    internal ArrayView<T> View<T>() where T : unmanaged => IsReleased
        ? throw new StaleTensorException("This tensor's memory went back to the pool when its Step ended, " +
            "or when the backward pass had used it. Take a copy with Keep() before that.")
        : _block.View.SubView(Start * BytesOf(Format), Math.Max(1, Length) * BytesOf(Format)).Cast<T>();

    /// <summary>Whether its memory is still its own when the work that it is used in is done again: the garbage collector's, or the recorder's.</summary>
    internal bool IsOf(GpuPool recorders) => IsWindow ? ((GpuStorage)Whole).IsOf(recorders) : _lease is not null || ReferenceEquals(_block.Pool, recorders);

    /// <summary>Whether it begins where four floats may be read at once.</summary>
    internal bool BeginsAtFour => Start * BytesOf(Format) % (4 * sizeof(float)) == 0;

    public override bool IsReleased => _released || (IsWindow && Whole.IsReleased);

    protected override void Release()
    {
        if (IsWindow || _lease is not null || _released) return;
        _released = true;
        _block.Return();
    }

    /// <summary>Gives back what was lent for part of an op.</summary>
    internal void GiveBack() => Release();

    protected override Storage Window(long start, long length) => new GpuStorage(this, start, length);

    public override void CopyTo(Span<float> host) => _device.CopyTo(this, host);

    public override void CopyFrom(ReadOnlySpan<float> host) => _device.CopyFrom(host, this);

    public override void CopyFrom(ReadOnlySpan<int> host) => _device.CopyFrom(host, this);

    /// <summary>Dies with the tensor it belongs to. Its finalizer touches no driver:
    /// it hands the block to the pool, which uses it again.</summary>
    sealed class Lease
    {
        readonly GpuBlock _block;

        internal Lease(GpuBlock block)
        {
            _block = block;
            GC.AddMemoryPressure(block.Size);
        }

        ~Lease()
        {
            GC.RemoveMemoryPressure(_block.Size);
            _block.Return();
        }
    }
}
