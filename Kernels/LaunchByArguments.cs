namespace NativeSsl.Kernels;

// A kernel has as many arguments as it has; C# has no word for that.
public sealed partial class GpuBackend
{
    void Launch<T1>(Action<T1> kernel, Work work,
        T1 a1) =>
        Start<Action<AcceleratorStream, KernelConfig, T1>>(kernel, work,
            (launch, config) => launch(_stream, config, a1));

    internal void Launch<T1, T2>(Action<T1, T2> kernel, Work work,
        T1 a1, T2 a2) =>
        Start<Action<AcceleratorStream, KernelConfig, T1, T2>>(kernel, work,
            (launch, config) => launch(_stream, config, a1, a2));

    void Launch<T1, T2, T3>(Action<T1, T2, T3> kernel, Work work,
        T1 a1, T2 a2, T3 a3) =>
        Start<Action<AcceleratorStream, KernelConfig, T1, T2, T3>>(kernel, work,
            (launch, config) => launch(_stream, config, a1, a2, a3));

    void Launch<T1, T2, T3, T4>(Action<T1, T2, T3, T4> kernel, Work work,
        T1 a1, T2 a2, T3 a3, T4 a4) =>
        Start<Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4>>(kernel, work,
            (launch, config) => launch(_stream, config, a1, a2, a3, a4));

    void Launch<T1, T2, T3, T4, T5>(Action<T1, T2, T3, T4, T5> kernel, Work work,
        T1 a1, T2 a2, T3 a3, T4 a4, T5 a5) =>
        Start<Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5>>(kernel, work,
            (launch, config) => launch(_stream, config, a1, a2, a3, a4, a5));

    void Launch<T1, T2, T3, T4, T5, T6>(Action<T1, T2, T3, T4, T5, T6> kernel, Work work,
        T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6) =>
        Start<Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6>>(kernel, work,
            (launch, config) => launch(_stream, config, a1, a2, a3, a4, a5, a6));

    void Launch<T1, T2, T3, T4, T5, T6, T7>(Action<T1, T2, T3, T4, T5, T6, T7> kernel, Work work,
        T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7) =>
        Start<Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7>>(kernel, work,
            (launch, config) => launch(_stream, config, a1, a2, a3, a4, a5, a6, a7));

    void Launch<T1, T2, T3, T4, T5, T6, T7, T8>(Action<T1, T2, T3, T4, T5, T6, T7, T8> kernel, Work work,
        T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8) =>
        Start<Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8>>(kernel, work,
            (launch, config) => launch(_stream, config, a1, a2, a3, a4, a5, a6, a7, a8));

    void Launch<T1, T2, T3, T4, T5, T6, T7, T8, T9>(Action<T1, T2, T3, T4, T5, T6, T7, T8, T9> kernel, Work work,
        T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8, T9 a9) =>
        Start<Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9>>(kernel, work,
            (launch, config) => launch(_stream, config, a1, a2, a3, a4, a5, a6, a7, a8, a9));

    void Launch<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>(Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> kernel, Work work,
        T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8, T9 a9, T10 a10) =>
        Start<Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>>(kernel, work,
            (launch, config) => launch(_stream, config, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10));

    void Launch<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>(Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> kernel, Work work,
        T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8, T9 a9, T10 a10, T11 a11) =>
        Start<Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>>(kernel, work,
            (launch, config) => launch(_stream, config, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11));

    void Launch<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>(
        Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> kernel, Work work,
        T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8, T9 a9, T10 a10, T11 a11, T12 a12) =>
        Start<Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>>(kernel, work,
            (launch, config) => launch(_stream, config, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12));

    void Launch<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13>(
        Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> kernel, Work work,
        T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8, T9 a9, T10 a10, T11 a11, T12 a12, T13 a13) =>
        Start<Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13>>(kernel, work,
            (launch, config) => launch(_stream, config, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13));

    void Launch<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14>(
        Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> kernel, Work work,
        T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8, T9 a9, T10 a10, T11 a11, T12 a12, T13 a13, T14 a14) =>
        Start<Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14>>(kernel, work,
            (launch, config) => launch(_stream, config, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14));
}
