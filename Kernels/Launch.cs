namespace NativeSsl.Kernels;

// Starting a kernel, by its number of arguments: one thread for each element or row.
public sealed partial class GpuBackend
{
    void Launch<T1>(Action<T1> kernel, long threads,
        T1 a1) =>
        Load<Action<AcceleratorStream, KernelConfig, T1>>(kernel)(Stream, Threads(threads), a1);

    void Launch<T1, T2>(Action<T1, T2> kernel, long threads,
        T1 a1, T2 a2) =>
        Load<Action<AcceleratorStream, KernelConfig, T1, T2>>(kernel)(Stream, Threads(threads), a1, a2);

    void Launch<T1, T2, T3>(Action<T1, T2, T3> kernel, long threads,
        T1 a1, T2 a2, T3 a3) =>
        Load<Action<AcceleratorStream, KernelConfig, T1, T2, T3>>(kernel)(Stream, Threads(threads), a1, a2, a3);

    void Launch<T1, T2, T3, T4>(Action<T1, T2, T3, T4> kernel, long threads,
        T1 a1, T2 a2, T3 a3, T4 a4) =>
        Load<Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4>>(kernel)(Stream, Threads(threads), a1, a2, a3, a4);

    void Launch<T1, T2, T3, T4, T5>(Action<T1, T2, T3, T4, T5> kernel, long threads,
        T1 a1, T2 a2, T3 a3, T4 a4, T5 a5) =>
        Load<Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5>>(kernel)(Stream, Threads(threads), a1, a2, a3, a4, a5);

    void Launch<T1, T2, T3, T4, T5, T6>(Action<T1, T2, T3, T4, T5, T6> kernel, long threads,
        T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6) =>
        Load<Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6>>(kernel)(Stream, Threads(threads), a1, a2, a3, a4, a5, a6);

    void Launch<T1, T2, T3, T4, T5, T6, T7>(Action<T1, T2, T3, T4, T5, T6, T7> kernel, long threads,
        T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7) =>
        Load<Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7>>(kernel)(Stream, Threads(threads), a1, a2, a3, a4, a5, a6, a7);

    void Launch<T1, T2, T3, T4, T5, T6, T7, T8>(Action<T1, T2, T3, T4, T5, T6, T7, T8> kernel, long threads,
        T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8) =>
        Load<Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8>>(kernel)(Stream, Threads(threads), a1, a2, a3, a4, a5, a6, a7, a8);

    void Launch<T1, T2, T3, T4, T5, T6, T7, T8, T9>(Action<T1, T2, T3, T4, T5, T6, T7, T8, T9> kernel, long threads,
        T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8, T9 a9) =>
        Load<Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9>>(kernel)(Stream, Threads(threads), a1, a2, a3, a4, a5, a6, a7, a8, a9);

    void Launch<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>(Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> kernel, long threads,
        T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8, T9 a9, T10 a10) =>
        Load<Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>>(kernel)(Stream, Threads(threads), a1, a2, a3, a4, a5, a6, a7, a8, a9, a10);

    void Launch<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>(Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> kernel, long threads,
        T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8, T9 a9, T10 a10, T11 a11) =>
        Load<Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>>(kernel)(Stream, Threads(threads), a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11);

    void Launch<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>(Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> kernel, long threads,
        T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8, T9 a9, T10 a10, T11 a11, T12 a12) =>
        Load<Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>>(kernel)(Stream, Threads(threads), a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12);

    void Launch<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13>(Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13> kernel, long threads,
        T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8, T9 a9, T10 a10, T11 a11, T12 a12, T13 a13) =>
        Load<Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13>>(kernel)(Stream, Threads(threads), a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13);

    void Launch<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14>(Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14> kernel, long threads,
        T1 a1, T2 a2, T3 a3, T4 a4, T5 a5, T6 a6, T7 a7, T8 a8, T9 a9, T10 a10, T11 a11, T12 a12, T13 a13, T14 a14) =>
        Load<Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14>>(kernel)(Stream, Threads(threads), a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14);
}
