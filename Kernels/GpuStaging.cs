using System.Runtime.InteropServices;

namespace NativeSsl.Kernels;

/// <summary>
/// Memory of the host that a device may read by itself. Uploads go through it: the host goes on as soon as its numbers lie here, and the device fetches them in its turn,
/// so that a batch is on its way while an earlier step is still at work.
/// </summary>
sealed class GpuStaging(Accelerator gpu) : IDisposable
{
    internal const int Size = 32 << 20;
    const int Alignment = 256;

    PageLockedArray1D<byte>? _memory;
    int _used;

    /// <summary>Copies, and lets the device fetch; false if there is more than fits.</summary>
    internal bool TryUpload<T>(ReadOnlySpan<T> host, ArrayView<T> to, AcceleratorStream stream) where T : unmanaged
    {
        ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(host);
        if (bytes.Length > Size) return false;
        if (bytes.Length > Size - _used)
        {
            stream.Synchronize();
            AllFetched();
        }
        _memory ??= gpu.AllocatePageLocked1D<byte>(Size, uninitialized: true);
        Span<byte> place = _memory.Span.Slice(_used, bytes.Length);
        bytes.CopyTo(place);
        to.CopyFromCPUUnsafeAsync(stream, ref MemoryMarshal.Cast<byte, T>(place)[0], host.Length);
        _used = Math.Min(Size, (_used + bytes.Length + Alignment - 1) / Alignment * Alignment);
        return true;
    }

    /// <summary>Nothing is on its way any more.</summary>
    internal void AllFetched() => _used = 0;

    public void Dispose() => _memory?.Dispose();
}
