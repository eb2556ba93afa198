using System.Collections.Concurrent;
using System.Reflection;
using ILGPU.Runtime.CPU;

namespace NativeSsl.Kernels;

/// <summary>CUDA and OpenCL through ILGPU, or ILGPU's own simulator where there is no GPU.</summary>
public sealed partial class GpuBackend : IBackend, IDisposable
{
    readonly Context _context;
    readonly Accelerator _gpu;
    readonly ConcurrentDictionary<MethodInfo, Delegate> _kernels = [];

    GpuBackend(Context context, Accelerator gpu) => (_context, _gpu) = (context, gpu);

    /// <summary>ILGPU's simulator: slow, but the same kernels, on any machine.</summary>
    public static GpuBackend Simulator()
    {
        // Warps of 32 as on NVIDIA hardware, in small groups: a simulated barrier costs microseconds for each thread of a group.
        Context context = Context.Create(builder => builder.CPU(new CPUDevice(32, 1, 1)));
        return new GpuBackend(context, context.CreateCPUAccelerator(0));
    }

    /// <inheritdoc/>
    public string Name => _gpu.Name;

    /// <inheritdoc/>
    public Storage Allocate(long count, Format format) => NewStorage(count, format, rented: false);

    /// <inheritdoc/>
    public Storage Rent(long count, Format format) => NewStorage(count, format, rented: true);

    /// <inheritdoc/>
    public Storage Upload(ReadOnlySpan<int> values)
    {
        GpuStorage storage = NewStorage(values.Length, Format.Int32, rented: false);
        if (values.Length > 0) storage.View<int>().CopyFromCPU(_gpu.DefaultStream, values.ToArray());
        _gpu.Synchronize();
        return storage;
    }

    GpuStorage NewStorage(long count, Format format, bool rented)
    {
        var buffer = _gpu.Allocate1D<byte>(Math.Max(1, count) * GpuStorage.BytesOf(format));
        if (!rented) buffer.MemSetToZero();
        return new GpuStorage(_gpu, buffer, 0, count, format, rented, slice: false);
    }

    /// <summary>Releases the device.</summary>
    public void Dispose()
    {
        _gpu.Dispose();
        _context.Dispose();
    }

    const int GroupSize = 32;

    /// <summary>One thread for each of <paramref name="count"/> elements or rows; the kernel skips the surplus of the last group.</summary>
    static KernelConfig Threads(long count) => new((Index1D)checked((int)((count + GroupSize - 1) / GroupSize)), GroupSize);

    TDelegate Load<TDelegate>(Delegate kernel) where TDelegate : Delegate =>
        (TDelegate)_kernels.GetOrAdd(kernel.Method, method => KernelLoader.Load<TDelegate>(_gpu, method));

    AcceleratorStream Stream => _gpu.DefaultStream;

    static Floats View(Tensor tensor) => Device(tensor.Storage).View<float>();
    static Ints View(Indices indices) => Device(indices.Storage).View<int>();

    static GpuStorage Device(Storage storage) => storage as GpuStorage ??
        throw new DeviceException("A tensor of another device was given to an op of the GPU. Move it with To(backend) first.");
}
