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
        public void Row<T>(long left, long right, long step, int width) where T : struct, IWide<T>
        {
            float* source = x + left, target = y + right;
            if (xStride == 1 && yStride == 1) new Span<float>(source, width).CopyTo(new Span<float>(target, width));
            else if (xStride == 0 && yStride == 1) new Span<float>(target, width).Fill(*source);
            else for (long i = 0; i < width; i++) target[i * yStride] = source[i * xStride];
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
                for (int column = 0; column < columns; column += Tile)
                    TransposeTile(source + column * xStride, target + column, height, Math.Min(Tile, columns - column));
            }
        }

        void TransposeTile(float* source, float* target, int height, int width)
        {
            for (int i = 0; i < height; i++, source++, target += yStride)
                for (int j = 0; j < width; j++) target[j] = source[j * xStride];
        }
    }
}
