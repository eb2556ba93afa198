using System.Runtime.CompilerServices;

namespace NativeSsl;

public partial interface IBackend
{
    /// <summary>
    /// y[yStart + walk.Right] ← x[xStart + walk.Left] for every step of a walk: permuting, stretching, cutting out and putting in are all
    /// this. No place of y may be met twice.
    /// </summary>
    void Rearrange(Tensor x, long xStart, Tensor y, long yStart, Shape shape, long[] xStrides, long[] yStrides);
}

public sealed partial class CpuBackend
{
    const int Tile = 16;

    /// <inheritdoc/>
    public unsafe void Rearrange(Tensor x, long xStart, Tensor y, long yStart, Shape shape, long[] xStrides, long[] yStrides)
    {
        if (shape.Count == 0) return;
        float* source = Floats(x) + xStart, target = Floats(y) + yStart;
        int last = shape.Rank - 1, runs = last;                                 // the axis along which x runs without gaps
        while (runs >= 0 && (xStrides[runs] != 1 || shape[runs] == 1)) runs--;
        if (runs < 0 || runs == last || shape[runs] < Tile || shape[last] == 1 || yStrides[last] != 1)
        {
            Walk walk = new(shape, xStrides, yStrides);
            RunWalk(new RearrangeRows(source, target, walk.Left.Stride, walk.Right.Stride), walk);
            return;
        }
        // x and y run along different axes. Tiles of these two keep the lines of both in the cache; the other axes are walked over.
        Walk others = new(shape.With(runs, 1).With(last, 1), xStrides, yStrides);
        int strips = (shape[runs] + Tile - 1) / Tile;
        long stripsPerPart = Math.Max(1, ElementsPerPart / (Tile * (long)shape[last])), count = others.Count * strips;
        Run(new TransposeKernel(source, target, others, shape[runs], shape[last], xStrides[last], yStrides[runs], strips, stripsPerPart,
            count), checked((int)((count + stripsPerPart - 1) / stripsPerPart)));
    }

    readonly unsafe struct RearrangeRows(float* x, float* y, long xStride, long yStride) : IWalkKernel
    {
        [MethodImpl(Compile.Loop)]
        public void Rows<T>(in EvenRows rows) where T : struct, IWide<T>
        {
            float* source = x + rows.Left, target = y + rows.Right;
            int width = rows.Width;
            for (int row = 0; row < rows.Count; row++, source += rows.LeftStride, target += rows.RightStride)
                if (yStride == 1 && xStride == 1 && width >= Lanes.Count) CopyRow<T>(source, target, width);
                else if (yStride == 1 && xStride == 0) new Span<float>(target, width).Fill(*source);
                else for (long i = 0; i < width; i++) target[i * yStride] = source[i * xStride];
        }

        // The last store meets what the one before has written, with the same numbers: that is cheaper than one under a mask.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static void CopyRow<T>(float* source, float* target, int width) where T : struct, IWide<T>
        {
            int last = width - Lanes.Count;
            for (int i = 0; i < last; i += Lanes.Count) T.Store(T.Load(source + i), target + i);
            T.Store(T.Load(source + last), target + last);
        }
    }

    readonly unsafe struct TransposeKernel(float* x, float* y, Walk others, int rows, int columns, long xStride, long yStride, int strips,
        long stripsPerPart, long count) : IKernel
    {
        [MethodImpl(Compile.Loop)]
        public void Part<T>(int part) where T : struct, IWide<T>
        {
            long end = Math.Min(count, (part + 1) * stripsPerPart);
            for (long strip = part * stripsPerPart; strip < end; strip++)
            {
                int row = (int)(strip % strips) * Tile, height = Math.Min(Tile, rows - row);
                float* source = x + others.Left.Of(strip / strips) + row, target = y + others.Right.Of(strip / strips) + row * yStride;
                Transpose.Run<T>(source, (nint)xStride, columns, height, target, (nint)yStride);
            }
        }
    }
}
