using System.Reflection;

namespace NativeSsl.Kernels;

// Starting a kernel, by its number of arguments: one thread for each element or row.
public sealed partial class GpuBackend
{
    /// <summary>One thread for each of <paramref name="count"/> elements or rows; the kernel skips the surplus of the last group.</summary>
    KernelConfig Threads(long count) => count <= int.MaxValue - _groupSize
        ? new((Index1D)(int)Math.Max(1, (count + _groupSize - 1) / _groupSize), _groupSize)
        : throw new DeviceException($"{Name}: {count} elements in one op; " +
            $"a kernel counts up to {int.MaxValue - _groupSize}. Use a smaller batch.");

    TLauncher Load<TLauncher>(MethodInfo kernel) where TLauncher : Delegate
    {
        if (_kernels.TryGetValue(kernel, out (Kernel, Delegate Launcher) known)) return (TLauncher)known.Launcher;
        Kernel loaded = KernelLoader.Load(_gpu, kernel, _groupSize);
        TLauncher launcher = loaded.CreateLauncherDelegate<TLauncher>();
        _kernels.Add(kernel, (loaded, launcher));
        return launcher;
    }

    void Start<TLauncher>(Delegate kernel, long threads, Action<TLauncher, KernelConfig> launch) where TLauncher : Delegate
    {
        using Lock.Scope turn = Turn();
        try
        {
            TLauncher launcher = Load<TLauncher>(kernel.Method);
            KernelConfig config = Threads(threads);
            if (_gpu.AcceleratorType != AcceleratorType.CPU) launch(launcher, config);
            else if (SimulatorTrace.Watch(() => launch(launcher, config)) is { } complaint)
                throw new DeviceException(
                    $"{Name}: {kernel.Method.DeclaringType?.Name}.{kernel.Method.Name} went out of bounds: {complaint}");
        }
        catch (Exception failure) when (failure is not NativeSslException) { throw Failed(failure); }
    }

    void Launch<T1>(Action<T1> kernel, long threads,
        T1 a1) =>
        Start<Action<AcceleratorStream, KernelConfig, T1>>(kernel, threads,
            (launch, config) => launch(_stream, config, a1));

    void Launch<T1, T2>(Action<T1, T2> kernel, long threads,
        T1 a1, T2 a2) =>
        Start<Action<AcceleratorStream, KernelConfig, T1, T2>>(kernel, threads,
            (launch, config) => launch(_stream, config, a1, a2));

    void Launch<T1, T2, T3>(Action<T1, T2, T3> kernel, long threads,
        T1 a1, T2 a2, T3 a3) =>
        Start<Action<AcceleratorStream, KernelConfig, T1, T2, T3>>(kernel, threads,
            (launch, config) => launch(_stream, config, a1, a2, a3));

    void Launch<T1, T2, T3, T4>(Action<T1, T2, T3, T4> kernel, long threads,
        T1 a1, T2 a2, T3 a3, T4 a4) =>
        Start<Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4>>(kernel, threads,
            (launch, config) => launch(_stream, config, a1, a2, a3, a4));

    void Launch<T1, T2, T3, T4, T5>(Action<T1, T2, T3, T4, T5> kernel, long threads,
        T1 a1, T2 a2, T3 a3, T4 a4, T5 a5) =>
        Start<Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5>>(kernel, threads,
            (launch, config) => launch(_stream, config, a1, a2, a3, a4, a5));

    void Launch<T1, T2, T3, T4, T5, T6>(Action<T1, T2, T3, T4, T5, T6> kernel, long threads,
        T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6) =>
        Start<Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6>>(kernel, threads,
            (launch, config) => launch(_stream, config, a1, a2, a3, a4, a5, a6));

    void Launch<T1, T2, T3, T4, T5, T6, T7>(Action<T1, T2, T3, T4, T5, T6, T7> kernel, long threads,
        T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7) =>
        Start<Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7>>(kernel, threads,
            (launch, config) => launch(_stream, config, a1, a2, a3, a4, a5, a6, a7));

    void Launch<T1, T2, T3, T4, T5, T6, T7, T8>(Action<T1, T2, T3, T4, T5, T6, T7, T8> kernel, long threads,
        T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8) =>
        Start<Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8>>(kernel, threads,
            (launch, config) => launch(_stream, config, a1, a2, a3, a4, a5, a6, a7, a8));

    void Launch<T1, T2, T3, T4, T5, T6, T7, T8, T9>(Action<T1, T2, T3, T4, T5, T6, T7, T8, T9> kernel, long threads,
        T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8, T9 a9) =>
        Start<Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9>>(kernel, threads,
            (launch, config) => launch(_stream, config, a1, a2, a3, a4, a5, a6, a7, a8, a9));

    void Launch<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>(Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> kernel, long threads,
        T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8, T9 a9, T10 a10) =>
        Start<Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>>(kernel, threads,
            (launch, config) => launch(_stream, config, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10));

    void Launch<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>(Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> kernel, long threads,
        T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8, T9 a9, T10 a10, T11 a11) =>
        Start<Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>>(kernel, threads,
            (launch, config) => launch(_stream, config, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11));

    void Launch<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>(
        Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> kernel, long threads,
        T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8, T9 a9, T10 a10, T11 a11, T12 a12) =>
        Start<Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>>(kernel, threads,
            (launch, config) => launch(_stream, config, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12));

    void Launch<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13>(
        Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> kernel, long threads,
        T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8, T9 a9, T10 a10, T11 a11, T12 a12, T13 a13) =>
        Start<Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13>>(kernel, threads,
            (launch, config) => launch(_stream, config, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13));

    void Launch<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14>(
        Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> kernel, long threads,
        T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8, T9 a9, T10 a10, T11 a11, T12 a12, T13 a13, T14 a14) =>
        Start<Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14>>(kernel, threads,
            (launch, config) => launch(_stream, config, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14));
}
