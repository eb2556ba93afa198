using System.Runtime.CompilerServices;

namespace NativeSsl;

/// <summary>A CPU kernel that treats every row of the last axis alike.</summary>
internal interface IRowKernel
{
    void Row<T>(long row) where T : struct, IWide<T>;
}

public sealed partial class CpuBackend
{
    void RunRows<TKernel>(TKernel kernel, long rows, int width) where TKernel : struct, IRowKernel
    {
        int rowsPerPart = Math.Max(1, ElementsPerPart / 2 / Math.Max(1, width));
        Run(new RowParts<TKernel>(kernel, rows, rowsPerPart), checked((int)((rows + rowsPerPart - 1) / rowsPerPart)));
    }

    readonly struct RowParts<TKernel>(TKernel kernel, long rows, int rowsPerPart) : IKernel where TKernel : struct, IRowKernel
    {
        public void Part<T>(int part) where T : struct, IWide<T>
        {
            long end = Math.Min(rows, (part + 1L) * rowsPerPart);
            for (long row = (long)part * rowsPerPart; row < end; row++) kernel.Row<T>(row);
        }
    }

    /// <summary>y[c] ← Σ shares[block, c], in the order of the blocks: the second half of a sum over rows cut into blocks.</summary>
    unsafe void AddShares(float* shares, int blocks, long stride, float* y, int width) =>
        Run(new SharesKernel(shares, blocks, stride, y, width), (width + SharesKernel.Columns - 1) / SharesKernel.Columns);

    readonly unsafe struct SharesKernel(float* shares, int blocks, long stride, float* y, int width) : IKernel
    {
        internal const int Columns = 256;

        [MethodImpl(Compile.Loop)]
        public void Part<T>(int part) where T : struct, IWide<T>
        {
            int end = Math.Min(width, (part + 1) * Columns);
            for (int i = part * Columns; i < end; i += Lanes.Count)
            {
                T sum = T.Of(0f);
                for (int block = 0; block < blocks; block++) sum += T.Load(shares + block * stride + i);
                T.Store(sum, y + i, Math.Min(Lanes.Count, end - i));
            }
        }
    }
}

/// <summary>What many row kernels need: sums, maxima and products of one row. Two registers of sixteen lanes run side by side.</summary>
internal static unsafe class Rows
{
    const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;

    /// <summary>The largest element; a NaN may be missed, so callers must meet it again (exp(x − max) does).</summary>
    [MethodImpl(Inline)]
    internal static float Max<T>(float* x, int width) where T : struct, IWide<T>
    {
        T max = T.Of(float.NegativeInfinity);
        int i = 0;
        for (; i + Lanes.Count <= width; i += Lanes.Count) max = T.Max(T.Load(x + i), max);
        if (i < width) max = T.Max(T.Keep(T.Load(x + i), width - i, float.NegativeInfinity), max);
        return T.Largest(max);
    }

    [MethodImpl(Inline)]
    internal static float Sum<T>(float* x, int width) where T : struct, IWide<T>
    {
        T a = T.Of(0f), b = T.Of(0f);
        int i = 0;
        for (; i + 2 * Lanes.Count <= width; i += 2 * Lanes.Count) { a += T.Load(x + i); b += T.Load(x + i + Lanes.Count); }
        for (; i + Lanes.Count <= width; i += Lanes.Count) a += T.Load(x + i);
        if (i < width) b += T.Load(x + i, width - i);
        return T.Sum(a + b);
    }

    [MethodImpl(Inline)]
    internal static float Dot<T>(float* x, float* y, int width) where T : struct, IWide<T>
    {
        T a = T.Of(0f), b = T.Of(0f);
        int i = 0;
        for (; i + 2 * Lanes.Count <= width; i += 2 * Lanes.Count)
        {
            a = T.MultiplyAdd(T.Load(x + i), T.Load(y + i), a);
            b = T.MultiplyAdd(T.Load(x + i + Lanes.Count), T.Load(y + i + Lanes.Count), b);
        }
        for (; i + Lanes.Count <= width; i += Lanes.Count) a = T.MultiplyAdd(T.Load(x + i), T.Load(y + i), a);
        if (i < width) b = T.MultiplyAdd(T.Load(x + i, width - i), T.Load(y + i, width - i), b);
        return T.Sum(a + b);
    }

    [MethodImpl(Inline)]
    internal static void Scale<T>(float* x, float factor, float* y, int width) where T : struct, IWide<T>
    {
        T f = T.Of(factor);
        int i = 0;
        for (; i + Lanes.Count <= width; i += Lanes.Count) T.Store(T.Load(x + i) * f, y + i);
        if (i < width) T.Store(T.Load(x + i) * f, y + i, width - i);
    }
    /// <summary>Σ exp(x − max)</summary>
    [MethodImpl(Inline)]
    internal static float SumOfExp<T>(float* x, float max, int width) where T : struct, IWide<T>
    {
        T m = T.Of(max), sum = T.Of(0f);
        int i = 0;
        for (; i + Lanes.Count <= width; i += Lanes.Count) sum += LaneMath.Exp(T.Load(x + i) - m);
        if (i < width) sum += T.Keep(LaneMath.Exp(T.Load(x + i) - m), width - i, 0f);
        return T.Sum(sum);
    }

    /// <summary>Σ (max − x)</summary>
    [MethodImpl(Inline)]
    internal static float SumBelow<T>(float* x, float max, int width) where T : struct, IWide<T>
    {
        T m = T.Of(max), sum = T.Of(0f);
        int i = 0;
        for (; i + Lanes.Count <= width; i += Lanes.Count) sum += m - T.Load(x + i);
        if (i < width) sum += T.Keep(m - T.Load(x + i), width - i, 0f);
        return T.Sum(sum);
    }
}
