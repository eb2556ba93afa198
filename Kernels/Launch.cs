using System.Diagnostics;
using System.Reflection;

namespace NativeSsl.Kernels;

// Starting a kernel: how many threads, in teams of what size, and in turn with others.
public sealed partial class GpuBackend
{
    const int LeastTeam = 32, ElementsPerThread = 16;

    /// <summary>Told of each launch, and the microseconds from an idle device to an idle device; while it is set, every launch waits.</summary>
    internal Action<MethodInfo, double>? Profile { get; set; }

    // Threads come in groups; the kernel skips the surplus of the last. A team is a group of its own size.
    KernelConfig Config(Work work) => work.Count > int.MaxValue - _groupSize
        ? throw new DeviceException($"{Name}: {work.Count} elements in one op; " +
            $"a kernel counts up to {int.MaxValue - _groupSize}. Use a smaller batch.")
        : work.TeamSize > 0 ? new((Index1D)(int)work.Count, work.TeamSize)
        : new((Index1D)(int)Math.Max(1, (work.Count + _groupSize - 1) / _groupSize), _groupSize);

    /// <summary>So many teams, of as many threads as are worth it: each should have a few elements.</summary>
    Work Teams(long count, long width)
    {
        int size = Math.Min(LeastTeam, _groupSize);
        while (size < _groupSize && size * ElementsPerThread < width) size *= 2;
        return new(count, size);
    }

    /// <summary>The threads that can hold a row of so many packs between them (<see cref="HeldRow{V}"/>); 0 if a team's most cannot.</summary>
    int TeamHolding(int packs)
    {
        int size = Math.Min(LeastTeam, _groupSize);
        while (size < _groupSize && size * HeldRow.MostPacks < packs) size *= 2;
        return size * HeldRow.MostPacks < packs ? 0 : size;
    }

    /// <summary>A thread to four elements; one more where some are left.</summary>
    static Work InFours(Tensor x) => (x.Shape.Count + Float4.Count - 1) / Float4.Count;

    /// <summary>How many elements may be read and written by fours, for a kernel that takes the others one by one: none if a tensor begins within four.</summary>
    static long ElementsByFours(Tensor x, params ReadOnlySpan<Tensor> others) => AreAligned(x) && AreAligned(others) ? x.Shape.Count / Float4.Count * Float4.Count : 0;

    /// <summary>Whether rows may be read and written by fours.</summary>
    static bool ByFours(Tensor x, params ReadOnlySpan<Tensor> others) => x.Shape[-1] % Float4.Count == 0 && AreAligned(x) && AreAligned(others);

    static bool AreAligned(params ReadOnlySpan<Tensor> tensors)
    {
        foreach (Tensor tensor in tensors)
            if (!Device(tensor.Storage).BeginsAtFour) return false;
        return true;
    }

    /// <summary>The kernel of rows for this device's teams and for such rows.</summary>
    TKernel Choose<TKernel>(bool byFours, TKernel warpsByFours, TKernel warpsByOnes, TKernel sharedByFours, TKernel sharedByOnes) =>
        _hasWarps ? byFours ? warpsByFours : warpsByOnes : byFours ? sharedByFours : sharedByOnes;

    /// <summary>A team to each row.</summary>
    Work Rows(Tensor x) => Teams(x.Shape.Rows, x.Shape[-1]);

    TLauncher Load<TLauncher>(MethodInfo kernel, int groupSize) where TLauncher : Delegate
    {
        if (_kernels.TryGetValue(kernel, out (Kernel, Delegate Launcher) known)) return (TLauncher)known.Launcher;
        Kernel loaded = KernelLoader.Load(_gpu, kernel, groupSize);
        TLauncher launcher = loaded.CreateLauncherDelegate<TLauncher>();
        _kernels.Add(kernel, (loaded, launcher));
        return launcher;
    }

    void Start<TLauncher>(Delegate kernel, Work work, Action<TLauncher, KernelConfig> launch) where TLauncher : Delegate
    {
        if (work is { TeamSize: > 0, Count: 0 }) return;
        using Lock.Scope turn = Turn();
        try
        {
            TLauncher launcher = Load<TLauncher>(kernel.Method, Math.Max(_groupSize, work.TeamSize));
            KernelConfig config = Config(work);
            Order(() => Run(kernel.Method, () => launch(launcher, config)), t_viewed ?? []);
        }
        catch (Exception failure) when (failure is not NativeSslException) { throw Failed(failure); }
        finally { t_viewed?.Clear(); }
    }

    void Run(MethodInfo kernel, Action launch)
    {
        if (Profile is not null) Timed(kernel, launch);
        else if (_gpu.AcceleratorType != AcceleratorType.CPU) launch();
        else if (SimulatorTrace.Watch(launch) is { } complaint)
            throw new DeviceException($"{Name}: {kernel.DeclaringType?.Name}.{kernel.Name} went out of bounds: {complaint}");
    }

    void Timed(MethodInfo kernel, Action launch)
    {
        Wait();
        long start = Stopwatch.GetTimestamp();
        launch();
        Wait();
        Profile!(kernel, Stopwatch.GetElapsedTime(start).TotalMicroseconds);
    }
}
