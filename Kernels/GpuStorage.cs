namespace NativeSsl.Kernels;

/// <summary>A window onto device memory.</summary>
sealed class GpuStorage : Storage
{
    readonly Accelerator _gpu;
    readonly MemoryBuffer1D<byte, Stride1D.Dense> _buffer;
    readonly long _start;
    readonly bool _rented, _slice;
    bool _released;

    internal GpuStorage(Accelerator gpu, MemoryBuffer1D<byte, Stride1D.Dense> buffer, long start, long length, Format format, bool rented, bool slice)
        : base(length, format) => (_gpu, _buffer, _start, _rented, _slice) = (gpu, buffer, start, rented, slice);

    internal static int BytesOf(Format format) => format == Format.BFloat16 ? 2 : 4;

    internal ArrayView<T> View<T>() where T : unmanaged => IsReleased
        ? throw new StaleTensorException("This tensor's memory went back to the pool when its Step ended, or when the backward pass had used it. Take a copy with Keep() before that.")
        : _buffer.View.AsContiguous().SubView(_start * BytesOf(Format), Math.Max(1, Length) * BytesOf(Format)).Cast<T>();

    public override bool IsReleased => _released;

    protected override void Release()
    {
        if (!_rented || _slice || _released) return;
        _released = true;
        _gpu.Synchronize();
        _buffer.Dispose();
    }

    protected override Storage Slice(long start, long length) => new GpuStorage(_gpu, _buffer, _start + start, length, Format, _rented, slice: true);

    public override void CopyTo(Span<float> host)
    {
        _gpu.Synchronize();
        if (Length > 0) View<float>().SubView(0, Length).CopyToCPU(_gpu.DefaultStream, host);
    }

    public override void CopyFrom(ReadOnlySpan<float> host)
    {
        if (Length > 0) View<float>().SubView(0, Length).CopyFromCPU(_gpu.DefaultStream, host.ToArray());
        _gpu.Synchronize();
    }
}
