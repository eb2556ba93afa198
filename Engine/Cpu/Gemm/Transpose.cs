using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace NativeSsl;

/// <summary>Turns rows into columns, in blocks that fit the registers.</summary>
internal static unsafe class Transpose
{
    const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;

    /// <summary>target[j, i] ← source[i, j]. Strides are in floats; nothing outside of the target is written,
    /// or outside of the source read.</summary>
    /// <param name="source">A matrix of <paramref name="rows"/> by <paramref name="columns"/>.</param>
    /// <param name="sourceStride">From one row of the source to the next.</param>
    /// <param name="rows">The rows of the source: the columns of the target.</param>
    /// <param name="columns">The columns of the source: the rows of the target.</param>
    /// <param name="target">A matrix of <paramref name="columns"/> by <paramref name="rows"/>.</param>
    /// <param name="targetStride">From one row of the target to the next.</param>
    [MethodImpl(Compile.Loop)]
    internal static void Run<T>(float* source, nint sourceStride, int rows, int columns, float* target, nint targetStride)
        where T : struct, IWide<T>
    {
        int block = typeof(T) == typeof(Wide128) ? 4 : 8;
        int i = 0;
        for (; i + block <= rows; i += block)
        {
            float* from = source + i * sourceStride, to = target + i;
            int j = 0;
            for (; j + block <= columns; j += block)
                if (typeof(T) == typeof(Wide128)) Four(from + j, sourceStride, to + j * targetStride, targetStride);
                else
                {
                    // The next rows are far apart, which no hardware prefetcher sees.
                    float* next = from + j + 8 * sourceStride, fourth = next + 4 * sourceStride;
                    Sse.Prefetch0(next);
                    Sse.Prefetch0(next + sourceStride);
                    Sse.Prefetch0(next + 2 * sourceStride);
                    Sse.Prefetch0(next + 3 * sourceStride);
                    Sse.Prefetch0(fourth);
                    Sse.Prefetch0(fourth + sourceStride);
                    Sse.Prefetch0(fourth + 2 * sourceStride);
                    Sse.Prefetch0(fourth + 3 * sourceStride);
                    Eight(from + j, sourceStride, to + j * targetStride, targetStride);
                }
            Single(from + j, sourceStride, block, columns - j, to + j * targetStride, targetStride);
        }
        Single(source + i * sourceStride, sourceStride, rows - i, columns, target + i, targetStride);
    }

    [MethodImpl(Inline)]
    static void Single(float* source, nint sourceStride, int rows, int columns, float* target, nint targetStride)
    {
        for (int j = 0; j < columns; j++)
            for (int i = 0; i < rows; i++)
                target[j * targetStride + i] = source[i * sourceStride + j];
    }

    // Row i of a and row i of b, merged element by element, is the first step of a butterfly: after as many steps as the logarithm of the
    // block's size, rows have become columns.
    [MethodImpl(Inline)]
    static void Four(float* s, nint stride, float* t, nint targetStride)
    {
        Vector128<float> a = Vector128.Load(s), b = Vector128.Load(s + stride), c = Vector128.Load(s + 2 * stride),
            d = Vector128.Load(s + 3 * stride);
        Vector128<float> ac = Low(a, c), bd = Low(b, d);
        Low(ac, bd).Store(t);
        High(ac, bd).Store(t + targetStride);
        (ac, bd) = (High(a, c), High(b, d));
        Low(ac, bd).Store(t + 2 * targetStride);
        High(ac, bd).Store(t + 3 * targetStride);
    }

    [MethodImpl(Inline)]
    static Vector128<float> Low(Vector128<float> a, Vector128<float> b) =>
        Sse.IsSupported ? Sse.UnpackLow(a, b)
        : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipLow(a, b)
        : Vector128.Create(a[0], b[0], a[1], b[1]);

    [MethodImpl(Inline)]
    static Vector128<float> High(Vector128<float> a, Vector128<float> b) =>
        Sse.IsSupported ? Sse.UnpackHigh(a, b)
        : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipHigh(a, b)
        : Vector128.Create(a[2], b[2], a[3], b[3]);

    // The same butterfly over eight rows. AVX merges within each half of a register, so the halves are paired while loading: the upper half
    // of register i is row i + 4, and both halves of it hold four columns.
    [MethodImpl(Inline)]
    static void Eight(float* s, nint stride, float* t, nint targetStride)
    {
        Half(s, stride, t, targetStride);
        Half(s + 4, stride, t + 4 * targetStride, targetStride);
    }

    [MethodImpl(Inline)]
    static void Half(float* s, nint stride, float* t, nint targetStride)
    {
        Vector256<float> a = Pair(s, stride), b = Pair(s + stride, stride), c = Pair(s + 2 * stride, stride),
            d = Pair(s + 3 * stride, stride);
        Vector256<float> ac = Avx.UnpackLow(a, c), bd = Avx.UnpackLow(b, d);
        Avx.UnpackLow(ac, bd).Store(t);
        Avx.UnpackHigh(ac, bd).Store(t + targetStride);
        (ac, bd) = (Avx.UnpackHigh(a, c), Avx.UnpackHigh(b, d));
        Avx.UnpackLow(ac, bd).Store(t + 2 * targetStride);
        Avx.UnpackHigh(ac, bd).Store(t + 3 * targetStride);
    }

    [MethodImpl(Inline)]
    static Vector256<float> Pair(float* s, nint stride) => Vector256.Create(Vector128.Load(s), Vector128.Load(s + 4 * stride));
}
