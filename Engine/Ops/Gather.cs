using System.Runtime.CompilerServices;

namespace NativeSsl;

// y[o, k, f] = x[o, ids[k], f]
// dx[o, v, f] = Σ over the k with ids[k] = v of dy[o, k, f], in the order of k

public partial interface IBackend
{
    /// <summary>y[o, k, f] ← x[o, ids[k], f]. Shapes: x <c>[outer, size, inner]</c>, y <c>[outer, ids, inner]</c>.</summary>
    void Gather(Tensor x, Indices ids, Tensor y, long outer, long size, long inner);
    /// <summary>dx[o, ids[k], f] ← dx[o, ids[k], f] + dy[o, k, f], in the order of k. Shapes:
    /// dx <c>[outer, size, inner]</c>, dy <c>[outer, ids, inner]</c>.</summary>
    void GatherGrad(Tensor dy, Indices ids, Tensor dx, long outer, long size, long inner);
}

public sealed partial class CpuBackend
{
    /// <inheritdoc/>
    public unsafe void Gather(Tensor x, Indices ids, Tensor y, long outer, long size, long inner)
    {
        long rows = outer * ids.Shape.Count, rowsPerPart = Math.Max(1, ElementsPerPart / Math.Max(1, inner));
        Run(new GatherKernel(Floats(x), Ints(ids), Floats(y), ids.Shape.Count, size, inner, rows, rowsPerPart),
            checked((int)((rows + rowsPerPart - 1) / rowsPerPart)));
    }

    // The same id may come many times, so rows cannot be shared out; columns can, and every column adds in the order of the ids.
    const int ColumnsOfGatherGrad = 64;

    /// <inheritdoc/>
    public unsafe void GatherGrad(Tensor dy, Indices ids, Tensor dx, long outer, long size, long inner)
    {
        long blocks = (inner + ColumnsOfGatherGrad - 1) / ColumnsOfGatherGrad;
        Run(new GatherGradKernel(Floats(dy), Ints(ids), Floats(dx), ids.Shape.Count, size, inner, blocks), checked((int)(outer * blocks)));
    }

    readonly unsafe struct GatherKernel(float* x, int* ids, float* y, long count, long size, long inner, long rows, long rowsPerPart)
        : IKernel
    {
        [MethodImpl(Compile.Loop)]
        public void Part<T>(int part) where T : struct, IWide<T>
        {
            long end = Math.Min(rows, (part + 1) * rowsPerPart), bytes = inner * sizeof(float);
            for (long row = part * rowsPerPart; row < end; row++)
                Buffer.MemoryCopy(x + (row / count * size + ids[row % count]) * inner, y + row * inner, bytes, bytes);
        }
    }

    readonly unsafe struct GatherGradKernel(float* dy, int* ids, float* dx, long count, long size, long inner, long blocks) : IKernel
    {
        [MethodImpl(Compile.Loop)]
        public void Part<T>(int part) where T : struct, IWide<T>
        {
            long outer = part / blocks, column = part % blocks * ColumnsOfGatherGrad;
            int width = (int)Math.Min(ColumnsOfGatherGrad, inner - column);
            float* source = dy + outer * count * inner + column, target = dx + outer * size * inner + column;
            for (long k = 0; k < count; k++, source += inner)
            {
                float* row = target + ids[k] * inner;
                int i = 0;
                for (; i + Lanes.Count <= width; i += Lanes.Count) T.Store(T.Load(row + i) + T.Load(source + i), row + i);
                if (i < width) T.Store(T.Load(row + i) + T.Load(source + i), row + i, width - i);
            }
        }
    }
}
