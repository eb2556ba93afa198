using System.Collections.Concurrent;
using System.Reflection;
using ILGPU.Runtime.Cuda;

namespace NativeSsl.Kernels;

/// <summary>
/// CUDA and OpenCL through ILGPU, or ILGPU's simulator where there is no GPU. Kernels and copies run in order on one stream; several
/// threads may use the device, one at a time. Tensors may outlive it: using one afterwards is a <see cref="DeviceException"/>.
/// A kernel has a thread to an element, or a team of threads to a row (<see cref="ITeam"/>). ILGPU.Algorithms (scan, sort) is referenced for kernels to come.
/// </summary>
public sealed partial class GpuBackend : IBackend, IDisposable
{
    // A device that is dropped without being disposed stays until the process ends: ILGPU's finalizers would free its parts in any order,
    // on another thread, and some drivers do not survive that.
    static readonly ConcurrentDictionary<GpuBackend, bool> Alive = [];

    readonly Context _context;
    readonly Accelerator _gpu;
    AcceleratorStream _stream;
    readonly int _groupSize;
    readonly bool _hasWarps;
    readonly Dictionary<MethodInfo, (Kernel Kernel, Delegate Launcher)> _kernels = [];

    GpuBackend(Context context, Accelerator gpu, AcceleratorType type, int groupSize, long? memoryCap)
    {
        // Where no device that was asked for can be had, ILGPU quietly puts its own CPU device in.
        if (gpu.AcceleratorType != type)
            throw new DeviceException($"GPU: {type} was asked for, but ILGPU opened {gpu.Name}, which is {gpu.AcceleratorType}.");
        (_context, _gpu, _stream, _groupSize) = (context, gpu, gpu.DefaultStream, groupSize);
        (_sameStep, _whole) = (gpu.Allocate1D<ulong>([0]), gpu.Allocate1D([1f]));
        _hasWarps = type != AcceleratorType.OpenCL;          // ILGPU has OpenCL's exchange of registers for one maker alone
        HasTensorCores = type == AcceleratorType.CPU || gpu is CudaAccelerator { Architecture.Major: >= 8 };
        Pool = new GpuPool(gpu, memoryCap);
        _staging = new GpuStaging(gpu);
        if (type == AcceleratorType.CPU) SimulatorTrace.Install();
        Alive[this] = true;
    }

    /// <inheritdoc/>
    public string Name => _gpu.Name;

    /// <summary>How exactly the factors of products are taken; float32 unless it is changed, and on a device without tensor cores always. A run that is to be repeated bit for bit keeps it.</summary>
    public MatMulPrecision MatMulPrecision { get; set; }

    /// <inheritdoc/>
    public Format ActivationFormat => MatMulPrecision == MatMulPrecision.BFloat16 && HasTensorCores && StoresBFloat16 ? Format.BFloat16 : Format.Float32;

    /// <summary>Whether layers store what products alone read as those read it; to see what that does.</summary>
    internal bool StoresBFloat16 { get; set; } = true;

    /// <summary>Whether it has units for more than float32: NVIDIA's from compute capability 8.0, and the simulator.</summary>
    public bool HasTensorCores { get; }

    /// <summary>Bytes the pool has taken from the device.</summary>
    public long PoolBytes => Pool.Held;

    /// <summary>Bytes of the pool in use by tensors.</summary>
    public long PoolBytesInUse => Pool.LentByAll;

    /// <summary>The most bytes of the pool that tensors ever used at once.</summary>
    public long PoolBytesPeak => Pool.Peak;

    /// <summary>Bytes the pool may take from the device.</summary>
    public long MemoryCap => Pool.Cap;

    internal GpuPool Pool { get; }

    /// <inheritdoc/>
    public Storage Allocate(long count, Format format) => NewStorage(count, format, lasting: true);

    /// <inheritdoc/>
    public Storage Rent(long count, Format format) => NewStorage(count, format, lasting: false);

    GpuStorage NewStorage(long count, Format format, bool lasting)
    {
        using Lock.Scope turn = Turn();
        try
        {
            GpuBlock block = (lasting ? Pool : Lender).Take(checked(count * GpuStorage.BytesOf(format)));
            var storage = new GpuStorage(this, block, count, format, lasting);
            if (lasting) Order(() => block.View.MemSetToZero(_stream), [storage]);
            return storage;
        }
        catch (Exception failure) when (failure is not NativeSslException) { throw Failed(failure); }
    }

    /// <summary>Gives idle memory of the pool back to the device.</summary>
    public void TrimPool()
    {
        using Lock.Scope turn = Turn();
        Wait();
        Pool.Trim();
    }

    /// <summary>Releases the device. Tensors that live on can no longer be used.</summary>
    public void Dispose()
    {
        lock (_turn)
        {
            if (!Alive.TryRemove(this, out _)) return;
            _gone ??= "has been disposed";
            try
            {
                _stream.Synchronize();
                _staging.Dispose();
                _sameStep.Dispose();
                _whole.Dispose();
                Pool.Dispose();
                foreach ((Kernel kernel, _) in _kernels.Values) kernel.Dispose();
                _gpu.Dispose();
                if (_gpu.AcceleratorType != AcceleratorType.CPU) _context.Dispose();            // simulators share theirs
            }
            catch (AcceleratorException) { }                // a device that was lost cannot be tidied up either
        }
    }
}
