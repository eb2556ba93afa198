using ILGPU.Runtime.Cuda;

namespace NativeSsl.Kernels;

// Orders to the device: done at once, and taken note of while this thread records.
public sealed partial class GpuBackend
{
    // One number on the device that kernels add to their random streams: none outside of a recorder.
    readonly MemoryBuffer1D<ulong, Stride1D.Dense> _sameStep;

    [ThreadStatic]
    static GpuRecorder? t_recorder;

    /// <inheritdoc/>
    public IRecorder NewRecorder()
    {
        using Lock.Scope turn = Turn();
        return new GpuRecorder(this, Pool.Another(), Pool.Take(sizeof(ulong)));
    }

    /// <summary>The recorder that this thread works for.</summary>
    GpuRecorder? Recorder => t_recorder is { } recorder && ReferenceEquals(recorder.Gpu, this) ? recorder : null;

    /// <summary>Whose memory is lent to this thread.</summary>
    GpuPool Lender => Recorder?.Pool ?? Pool;

    /// <summary>What kernels add to their random streams.</summary>
    internal ArrayView<ulong> Later => Recorder?.Later ?? _sameStep.View.AsContiguous();

    /// <summary>Something for the device to do, in turn, with the memory that it touches.</summary>
    void Order(Action order, IReadOnlyList<GpuStorage> touched)
    {
        order();
        Recorder?.Note(order, touched);
    }

    /// <summary>Does something for a recorder: what is lent comes from its pool.</summary>
    internal static void For(GpuRecorder recorder, Action work)
    {
        if (t_recorder is not null) throw new NativeSslException("IRecorder: this thread works for a recorder already. Let that end first.");
        t_recorder = recorder;
        try { work(); }
        finally { t_recorder = null; }
    }

    /// <summary>How many steps later kernels to come are, for their random streams.</summary>
    internal void Tell(ArrayView<ulong> place, long stepsLater) => Upload<ulong>([Step.StreamsApart(stepsLater)], place);

    /// <summary>Has a driver collect orders into a graph; null, and the reason, if this device's cannot.</summary>
    internal (CudaGraph? Graph, string? Why) Collect(Action orders)
    {
        if (_gpu is not CudaAccelerator cuda) return (null, $"{Name} has no graphs");
        AcceleratorStream before = _stream;
        using AcceleratorStream own = cuda.CreateStream();                      // the stream that all others wait for cannot be collected from
        try
        {
            _stream = own;
            return (CudaGraph.Of((CudaStream)own, orders), null);
        }
        catch (Exception failure) when (failure is DeviceException or DllNotFoundException or EntryPointNotFoundException or AcceleratorException) { return (null, failure.Message); }
        finally { _stream = before; }
    }

    internal void Launch(CudaGraph graph) => graph.Launch((CudaStream)_stream);
}
