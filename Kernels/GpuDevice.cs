using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;

namespace NativeSsl.Kernels;

/// <summary>A device that was found, or a kind of device that was looked for.</summary>
/// <param name="Selector">What to ask for it by: <c>cuda:0</c>, <c>opencl:1</c>, <c>simulator</c>.</param>
/// <param name="Name">What its driver calls it.</param>
/// <param name="MemoryBytes">Its memory.</param>
/// <param name="Capability">Compute capability or OpenCL version.</param>
/// <param name="Refused">Why it cannot be used, and the cure; null if it can.</param>
public sealed record GpuDevice(string Selector, string Name, long MemoryBytes, string Capability, string? Refused);

public sealed partial class GpuBackend
{
    // By the number of warps; they stay until the process ends, with all that was compiled for them.
    static readonly ConcurrentDictionary<int, Lazy<Context>> Simulators = [];

    /// <summary>All devices of this machine, usable or not; a kind of which there is none has one row that says why.</summary>
    public static IReadOnlyList<GpuDevice> Devices()
    {
        List<GpuDevice> found = [];
        using (Context context = NewContext(builder => builder.Cuda()))
        {
            foreach (CudaDevice device in context.GetCudaDevices())
                found.Add(new($"cuda:{found.Count}", device.Name, device.MemorySize, $"compute {device.Architecture}", null));
            if (found.Count == 0) found.Add(new("cuda", "none", 0, "", WhyNot("cuda", "NVIDIA's driver", "libcuda.so.1")));
        }
        int index = 0;
        using (Context context = NewContext(AllowOpenCl))
        {
            foreach (CLDevice device in context.GetCLDevices())
                found.Add(new($"opencl:{index++}", device.Name, device.MemorySize, $"OpenCL C {device.CVersion}", null));
            if (index == 0) found.Add(new("opencl", "none", 0, "", WhyNot("OpenCL", "an OpenCL driver", "libOpenCL.so.1")));
        }
        found.Add(new("simulator", "ILGPU simulator on the CPU: for tests, thousands of times slower", 0, "warp 32", null));
        return found;
    }

    /// <summary>ILGPU's simulator: slow, but the same kernels, on any machine.</summary>
    /// <param name="memoryCap">Bytes it may take; null for as many as there are.</param>
    public static GpuBackend Simulator(long? memoryCap = null) => Simulator(warps: 1, memoryCap);

    // Warps of 32 as on NVIDIA hardware, in small groups: a simulated barrier costs microseconds for each thread of a group.
    internal static GpuBackend Simulator(int warps, long? memoryCap = null)
    {
        Context context = Simulators.GetOrAdd(warps, _ => new(() => NewContext(builder => builder.CPU(new CPUDevice(32, warps, 1))))).Value;
        return new GpuBackend(context, context.CreateCPUAccelerator(0), AcceleratorType.CPU, groupSize: 32, memoryCap);
    }

    /// <summary>An NVIDIA GPU.</summary>
    /// <exception cref="DeviceException">There is no such GPU, or it refuses; the message says why and what helps.</exception>
    /// <param name="index">Which of them.</param>
    /// <param name="memoryCap">Bytes it may take; null for as many as there are.</param>
    public static GpuBackend Cuda(int index = 0, long? memoryCap = null)
    {
        Context context = NewContext(builder => builder.Cuda());
        return Open(context, "cuda", index, [.. context.GetCudaDevices()], AcceleratorType.Cuda, 256, memoryCap,
            WhyNot("cuda", "NVIDIA's driver", "libcuda.so.1"));
    }

    /// <summary>An OpenCL device: GPUs of other makers, or PoCL, which runs kernels on the CPU.</summary>
    /// <exception cref="DeviceException">There is no such device, or it refuses; the message says why and what helps.</exception>
    /// <param name="index">Which of them.</param>
    /// <param name="memoryCap">Bytes it may take; null for as many as there are.</param>
    public static GpuBackend OpenCl(int index = 0, long? memoryCap = null)
    {
        Context context = NewContext(AllowOpenCl);
        return Open(context, "opencl", index, [.. context.GetCLDevices()], AcceleratorType.OpenCL, 64, memoryCap,
            WhyNot("OpenCL", "an OpenCL driver", "libOpenCL.so.1"));
    }

    static GpuBackend Open(Context context, string kind, int index, Device[] devices, AcceleratorType type, int groupSize, long? memoryCap,
        string whyNone)
    {
        try
        {
            if (devices.Length == 0) throw new DeviceException($"{kind}: no device. {whyNone}");
            if (index < 0 || index >= devices.Length)
                throw new DeviceException(
                    $"{kind}:{index}: this machine has {devices.Length}: " +
                    $"{string.Join(", ", devices.Select((device, i) => $"{kind}:{i} {device.Name}"))}.");
            return new GpuBackend(context, devices[index].CreateAccelerator(context), type, groupSize, memoryCap);
        }
        catch (Exception failure)
        {
            context.Dispose();
            if (failure is NativeSslException) throw;
            throw new DeviceException($"{kind}:{index} ({devices[index].Name}): the driver refused to open it: {failure.Message} " +
                "Another program may hold it exclusively, or the driver may be too old.", failure);
        }
    }

    // O2 keeps kernel arguments in their address space; what it gets wrong in PTX the loader mends.
    internal static Context NewContext(Action<Context.Builder> devices)
    {
        Context context = Context.Create(builder =>
        {
            _ = NativeResolver.Installed;
            builder.Optimize(OptimizationLevel.O2);
            devices(builder);
        });
        TensorCoreInstruction.Register(context);
        AsyncCopy.Register(context);
        WarpGroupInstruction.Register(context);
        BulkCopy.Register(context);
        return context;
    }

    // ILGPU turns away devices without OpenCL's generic address space; the loader's patch makes the kernels do without it.
    static void AllowOpenCl(Context.Builder builder) => builder.OpenCL(device =>
    {
        SetGenericAddressSpace(device.Capabilities, true);
        return true;
    });

    static string WhyNot(string library, string driver, string file) => NativeResolver.Has(library)
        ? $"{file} is installed but reports no device: look whether this user may open it, and whether it is passed into the container."
        : $"{file} was not found: install {driver}" + (library == "OpenCL" ? " (on Debian, pocl-opencl-icd runs on any CPU)." : ".");

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "set_GenericAddressSpace")]
    static extern void SetGenericAddressSpace(CLCapabilityContext capabilities, bool value);
}
