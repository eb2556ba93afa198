namespace NativeSsl;

public sealed partial class CpuBackend
{
    // A small result of a long sum, as the gradients of narrow weights are, has too few tiles for many threads. The sum is cut instead,
    // into a number of stretches that depends on its length alone; each is summed on its own, and the stretches are added in order.
    unsafe void MultiplyBySplitting<T>(Product p) where T : struct, IWide<T>
    {
        int splits = Math.Min(MostSplits, p.Steps / StepsPerSplit), steps = (p.Steps + splits - 1) / splits,
            stride = Panels<T>.RoundUp(p.Columns);
        using CpuPool.Loan sums = _pool.Lend((long)splits * p.Rows * stride);
        Workers.Run(new SplitJob<T>(p, steps, sums.Floats, stride, _pool), splits);
        int rows = Math.Max(1, ElementsPerPart / (splits * stride));
        Workers.Run(new GatherSplitsJob<T>(p, splits, sums.Floats, stride, rows), (p.Rows + rows - 1) / rows);
    }

    readonly unsafe struct SplitJob<T>(Product product, int stepsPerSplit, float* sums, int stride, CpuPool pool) : IJob
        where T : struct, IWide<T>
    {
        public void Run(int split)
        {
            int start = split * stepsPerSplit;
            Product p = product;
            p.Accumulate = false;
            p.Steps = Math.Max(0, Math.Min(stepsPerSplit, product.Steps - start));
            p.A = product.A.From(0, start);
            p.B = product.B.From(start, 0);
            p.C = new(sums + (nint)split * p.Rows * stride, stride, 1);
            bool isPanelAlready = p.B.HasRows && p.Columns == Panels<T>.Width && p.B.RowStride == p.Columns;
            Packing packing = isPanelAlready ? Packing.None : Packing.Private;
            using CpuPool.Loan scratch = pool.Lend(Region<T>.Scratch(p.Rows, p.Steps, packing, !p.A.HasRows));
            Region<T>.Run(p, 0, p.Rows, 0, p.Columns, packing, null, !p.A.HasRows, scratch.Floats);
        }
    }

    readonly unsafe struct GatherSplitsJob<T>(Product product, int splits, float* sums, int stride, int rowsPerPart) : IJob
        where T : struct, IWide<T>
    {
        public void Run(int part)
        {
            int end = Math.Min(product.Rows, (part + 1) * rowsPerPart);
            for (int row = part * rowsPerPart; row < end; row++)
                for (int j = 0; j < product.Columns; j += Lanes.Count)
                {
                    float* c = product.C.At(row, j);
                    T sum = T.Load(sums + (nint)row * stride + j);
                    for (int split = 1; split < splits; split++) sum += T.Load(sums + ((nint)split * product.Rows + row) * stride + j);
                    if (product.Accumulate) sum += T.Load(c);
                    T.Store(sum, c, Math.Min(Lanes.Count, product.Columns - j));
                }
        }
    }
}
