using System.Runtime.CompilerServices;

namespace NativeSsl;

public partial interface IBackend
{
    /// <summary>y[o, i] ← fold over r of x[o, r, i]. Shapes: x <c>[outer, length, inner]</c>, y <c>[outer, inner]</c>.</summary>
    void Reduce<R>(Tensor x, Tensor y, long outer, long length, long inner) where R : struct, IReduction;
    /// <summary>dx[o, r, i] ← dy[o, i] at the first r where x[o, r, i] is the maximum y[o, i], or the first NaN; 0 elsewhere.</summary>
    void LargestGrad(Tensor x, Tensor y, Tensor dy, Tensor dx, long outer, long length, long inner);
}

public sealed partial class CpuBackend
{
    // The tree is cut by the shape alone: pieces of ElementsPerPart in a row, of ColumnPiece elements in columns,
    // folded again until one is left.
    const int ColumnsPerPart = 1024, ColumnPiece = 4 * ElementsPerPart;

    /// <inheritdoc/>
    public unsafe void Reduce<R>(Tensor x, Tensor y, long outer, long length, long inner) where R : struct, IReduction
    {
        if (y.Shape.Count == 0) return;
        if (inner == 1) ReduceRows<R>(Floats(x), Floats(y), outer, length);
        else ReduceColumns<R>(Floats(x), Floats(y), outer, length, inner);
    }

    unsafe void ReduceRows<R>(float* x, float* y, long rows, long length) where R : struct, IReduction
    {
        if (length <= ElementsPerPart)
        {
            RunRows(new ReduceRow<R>(x, y, (int)length), rows, (int)length);
            return;
        }
        long pieces = (length + ElementsPerPart - 1) / ElementsPerPart;
        var partial = (CpuStorage)Rent(rows * pieces, Format.Float32);
        Run(new ReducePieces<R>(x, partial.Floats(), length, pieces), checked((int)(rows * pieces)));
        ReduceRows<R>(partial.Floats(), y, rows, pieces);
        partial.Release();
    }

    unsafe void ReduceColumns<R>(float* x, float* y, long outer, long length, long inner) where R : struct, IReduction
    {
        long width = Math.Min(inner, ColumnsPerPart), rowsPerPiece = Math.Max(32, ColumnPiece / width);
        long blocks = (inner + width - 1) / width, pieces = Math.Max(1, (length + rowsPerPiece - 1) / rowsPerPiece),
            units = outer * pieces * blocks;
        long unitsPerPart = Math.Max(1, ElementsPerPart / Math.Max(1, width * Math.Min(length, rowsPerPiece)));
        CpuStorage? partial = pieces == 1 ? null : (CpuStorage)Rent(outer * pieces * inner, Format.Float32);
        float* target = partial is null ? y : partial.Floats();
        Run(new ReduceBlocks<R>(x, target, length, inner, pieces, rowsPerPiece, blocks, units, unitsPerPart),
            checked((int)((units + unitsPerPart - 1) / unitsPerPart)));
        if (partial is null) return;
        ReduceColumns<R>(target, y, outer, pieces, inner);
        partial.Release();
    }

    readonly unsafe struct ReduceRow<R>(float* x, float* y, int length) : IRowKernel where R : struct, IReduction
    {
        [MethodImpl(Compile.Loop)]
        public void Row<T>(long row) where T : struct, IWide<T> => y[row] = Fold<R, T>(x + row * length, length);
    }

    readonly unsafe struct ReducePieces<R>(float* x, float* y, long length, long pieces) : IKernel where R : struct, IReduction
    {
        [MethodImpl(Compile.Loop)]
        public void Part<T>(int part) where T : struct, IWide<T>
        {
            long start = part % pieces * ElementsPerPart;
            y[part] = Fold<R, T>(x + part / pieces * length + start, (int)Math.Min(ElementsPerPart, length - start));
        }
    }

    [MethodImpl(Compile.Loop)]
    static unsafe float Fold<R, T>(float* x, int length) where R : struct, IReduction where T : struct, IWide<T>
    {
        T a = T.Of(R.Start), b = a, c = a, d = a;                               // four chains, because an addition takes four cycles
        int i = 0;
        for (; i + 4 * Lanes.Count <= length; i += 4 * Lanes.Count)
        {
            a = R.Take(a, T.Load(x + i));
            b = R.Take(b, T.Load(x + i + Lanes.Count));
            c = R.Take(c, T.Load(x + i + 2 * Lanes.Count));
            d = R.Take(d, T.Load(x + i + 3 * Lanes.Count));
        }
        for (; i + Lanes.Count <= length; i += Lanes.Count) a = R.Take(a, T.Load(x + i));
        if (i < length) b = R.Take(b, T.Keep(T.Load(x + i), length - i, R.Start));
        return R.Fold(R.Take(R.Take(a, b), R.Take(c, d)));
    }

    // A unit is a piece of rows by a block of columns. Four rows at a time, so that the totals, which stay in the first-level cache, are
    // read and written only once for every four elements.
    readonly unsafe struct ReduceBlocks<R>(float* x, float* y, long length, long inner, long pieces, long rowsPerPiece, long blocks,
        long units, long unitsPerPart) : IKernel where R : struct, IReduction
    {
        [MethodImpl(Compile.Loop)]
        public void Part<T>(int part) where T : struct, IWide<T>
        {
            long end = Math.Min(units, (part + 1) * unitsPerPart);
            for (long unit = part * unitsPerPart; unit < end; unit++)
            {
                long block = unit % blocks, piece = unit / blocks % pieces, outer = unit / blocks / pieces;
                long column = block * ColumnsPerPart, row = piece * rowsPerPiece;
                int width = (int)Math.Min(ColumnsPerPart, inner - column), rows = (int)Math.Min(rowsPerPiece, length - row);
                Unit<T>(x + (outer * length + row) * inner + column, y + (outer * pieces + piece) * inner + column, rows, width);
            }
        }

        [MethodImpl(Compile.Loop)]
        void Unit<T>(float* input, float* total, int rows, int width) where T : struct, IWide<T>
        {
            new Span<float>(total, width).Fill(R.Start);
            int row = 0;
            for (; row + 4 <= rows; row += 4, input += 4 * inner)
            {
                int i = 0;
                for (; i + Lanes.Count <= width; i += Lanes.Count) T.Store(Four<T>(input + i, total + i), total + i);
                if (i < width) T.Store(Four<T>(input + i, total + i), total + i, width - i);
            }
            for (; row < rows; row++, input += inner)
            {
                int i = 0;
                for (; i + Lanes.Count <= width; i += Lanes.Count) T.Store(R.Take(T.Load(total + i), T.Load(input + i)), total + i);
                if (i < width) T.Store(R.Take(T.Load(total + i), T.Load(input + i)), total + i, width - i);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        T Four<T>(float* p, float* total) where T : struct, IWide<T> =>
            R.Take(T.Load(total), R.Take(R.Take(T.Load(p), T.Load(p + inner)), R.Take(T.Load(p + 2 * inner), T.Load(p + 3 * inner))));
    }

    /// <inheritdoc/>
    public unsafe void LargestGrad(Tensor x, Tensor y, Tensor dy, Tensor dx, long outer, long length, long inner)
    {
        Fill(dx, 0f);
        long perPart = Math.Max(1, ElementsPerPart / Math.Max(1, length));
        Run(new LargestGradKernel(Floats(x), Floats(y), Floats(dy), Floats(dx), length, inner, outer * inner, perPart),
            checked((int)((outer * inner + perPart - 1) / perPart)));
    }

    readonly unsafe struct LargestGradKernel(float* x, float* y, float* dy, float* dx, long length, long inner, long count, long perPart)
        : IKernel
    {
        [MethodImpl(Compile.Loop)]
        public void Part<T>(int part) where T : struct, IWide<T>
        {
            long end = Math.Min(count, (part + 1) * perPart);
            for (long i = part * perPart; i < end; i++)
            {
                long place = i / inner * length * inner + i % inner, stop = place + (length - 1) * inner;
                while (place < stop && !(x[place] == y[i] || float.IsNaN(x[place]))) place += inner;
                dx[place] = dy[i];
            }
        }
    }
}
