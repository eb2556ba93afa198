using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace NativeSsl;

/// <summary>The register width that CPU kernels use.</summary>
public enum SimdWidth
{
    /// <summary>Four floats: SSE, NEON.</summary>
    Bits128 = 128,
    /// <summary>Eight floats: AVX2 with FMA.</summary>
    Bits256 = 256,
    /// <summary>Sixteen floats: AVX-512.</summary>
    Bits512 = 512,
}

/// <summary>A CPU kernel: parts that may run in any order, written once for all register widths.</summary>
public interface IKernel
{
    /// <summary>Does one part.</summary>
    void Part<T>(int part) where T : struct, IWide<T>;
}

/// <summary>The CPU, with all its cores and its widest registers.</summary>
public sealed partial class CpuBackend : IBackend
{
    readonly CpuPool _pool = new();

    /// <summary>The CPU as most programs want it.</summary>
    public static CpuBackend Default { get; } = new();

    /// <summary>The widest registers of this machine that the program was compiled for.</summary>
    // On processors that clock down for wide registers (Skylake-X and its kin) .NET advises against 512 bits, but the just-in-time compiler uses them
    // if they are written. A training step is 1.7 times as fast with them all the same: Docs/decisions.md, “Width of registers”.
    public static SimdWidth Widest =>
        Avx512F.IsSupported && (Vector512.IsHardwareAccelerated || RuntimeFeature.IsDynamicCodeCompiled) ? SimdWidth.Bits512
        : Vector256.IsHardwareAccelerated && Fma.IsSupported ? SimdWidth.Bits256
        : SimdWidth.Bits128;

    /// <summary>The threads that share the work.</summary>
    public Workers Workers { get; }

    /// <summary>The register width in use.</summary>
    public SimdWidth Simd { get; }

    /// <param name="threads">How many threads work on one op; all processors if null.</param>
    /// <param name="simd">The register width; the widest if null.</param>
    /// <exception cref="DeviceException">This machine does not have registers that wide.</exception>
    public CpuBackend(int? threads = null, SimdWidth? simd = null) : this(simd ?? Widest, threads ?? Environment.ProcessorCount)
    {
        if (Simd > Widest) throw new DeviceException($"CpuBackend: {Simd} asked for, but this machine, or this build, has {Widest}.");
    }

    // Whether the machine has such registers is not asked: tests emulate AVX-512.
    internal CpuBackend(SimdWidth simd, int threads)
    {
        if (threads < 1) throw new DeviceException($"CpuBackend: {threads} threads; at least one is needed.");
        (Simd, Workers) = (simd, new Workers(threads));
    }

    /// <inheritdoc/>
    public string Name => "cpu";

    /// <inheritdoc/>
    public Format ActivationFormat => Format.Float32;

    /// <summary>Bytes the pool has taken from the operating system.</summary>
    public long PoolBytes => _pool.Held;

    /// <summary>Bytes of the pool in use by running steps.</summary>
    public long PoolBytesInUse => _pool.Lent;

    /// <summary>Whether lent memory comes filled with NaN and is searched for foreign writes when it goes back: slow, for tests.</summary>
    internal bool GuardsMemory { get => _pool.Guards; init => _pool.Guards = value; }

    /// <summary>Gives idle pooled memory back to the operating system.</summary>
    public void TrimPool() => _pool.Trim();

    /// <inheritdoc/>
    public Storage Allocate(long count, Format format) => CpuStorage.Lasting(count, format);

    /// <inheritdoc/>
    public Storage Rent(long count, Format format) => CpuStorage.Pooled(_pool, count, format);

    // An order to the CPU is a call: there is nothing to save.
    IRecorder? IBackend.NewRecorder() => null;

    /// <summary>Runs a kernel on the chosen registers, its parts spread over the workers.</summary>
    void Run<TKernel>(TKernel kernel, int parts) where TKernel : struct, IKernel
    {
        switch (Simd)
        {
            case SimdWidth.Bits512: Workers.Run(new Job<TKernel, Wide512>(kernel), parts); break;
            case SimdWidth.Bits256: Workers.Run(new Job<TKernel, Wide256>(kernel), parts); break;
            default: Workers.Run(new Job<TKernel, Wide128>(kernel), parts); break;
        }
    }

    readonly struct Job<TKernel, T>(TKernel kernel) : IJob where TKernel : struct, IKernel where T : struct, IWide<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Run(int part) => kernel.Part<T>(part);
    }

    // A kernel works on bare pointers. The last storages a thread has pointed into are held here, so that the garbage collector cannot take
    // a temporary tensor away while a kernel still reads it. No op points into more than this many tensors at once.
    const int Anchors = 64;
    [ThreadStatic] static Storage?[]? t_anchors;
    [ThreadStatic] static int t_anchor;

    static CpuStorage Anchor(Storage storage)
    {
        Storage?[] anchors = t_anchors ??= new Storage?[Anchors];
        anchors[t_anchor++ & (Anchors - 1)] = storage;
        return storage as CpuStorage
            ?? throw new DeviceException("A tensor of another device was given to an op of the CPU. Move it with To(backend) first.");
    }

    static unsafe float* Floats(Tensor tensor) => Anchor(tensor.Storage).Floats();
    static unsafe ushort* Halves(Tensor tensor) => Anchor(tensor.Storage).Halves();
    static unsafe int* Ints(Indices indices) => Anchor(indices.Storage).Ints();
}
