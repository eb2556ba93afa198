using ILGPU.Runtime.Cuda;

namespace NativeSsl.Kernels;

/// <summary>
/// Numbers that the device writes to memory of the host in its turn. NVIDIA's driver tells when that copy is done (CUDA driver API, “event management”); on other
/// devices the host waits for all that was asked.
/// </summary>
sealed class GpuReading : IReading
{
    readonly GpuBackend _gpu;
    readonly PageLockedArray1D<float> _memory;
    nint _copied;                                           // an event; 0 where there are none
    int _count;

    /// <summary>Call it in turn.</summary>
    internal GpuReading(GpuBackend gpu, Accelerator device, int count)
    {
        (_gpu, _memory) = (gpu, device.AllocatePageLocked1D<float>(count, uninitialized: true));
        if (device is CudaAccelerator) CudaException.ThrowIfFailed(CudaAPI.CurrentAPI.CreateEvent(out _copied, CudaEventFlags.CU_EVENT_DISABLE_TIMING));
    }

    /// <inheritdoc/>
    public void Ask(Tensor x)
    {
        if (x.Shape.Count > _memory.Length) throw new ShapeException($"IReading.Ask: shape {x.Shape} has {x.Shape.Count} elements; there is room for {_memory.Length}.");
        _count = (int)x.Shape.Count;
        _gpu.Fetch(x, _memory.Span[.._count], stream =>
        {
            if (_copied != 0) CudaException.ThrowIfFailed(CudaAPI.CurrentAPI.RecordEvent(_copied, ((CudaStream)stream).StreamPtr));
        });
    }

    /// <inheritdoc/>
    public float[] Numbers()
    {
        if (_copied == 0) _gpu.Synchronize();
        else _gpu.InTurn(() => CudaException.ThrowIfFailed(CudaAPI.CurrentAPI.SynchronizeEvent(_copied)));
        return _memory.Span[.._count].ToArray();
    }

    public void Dispose() => _gpu.Free(() =>
    {
        if (_copied != 0) _ = CudaAPI.CurrentAPI.DestroyEvent(_copied);
        _copied = 0;
        _memory.Dispose();
    });
}
