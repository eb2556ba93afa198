namespace NativeSsl.Kernels;

/// <summary>
/// A team to each tile: panels of both factors are multiplied in turn, the next ones on their way meanwhile; a thread's own sums stay in registers. Each sum is taken
/// in the order of k, as the plain loop takes it.
/// </summary>
static class BlockedProductKernels<P, T> where P : struct, IProduct where T : struct, ITiling
{
    // ILGPU wants the lengths of arrays to be constants: for the largest tiling.
    const int StepsAtOnce = 8, MostPanel = StepsAtOnce * (128 + Panels<T>.Pad), MostSums = 64;

    public static void Product(P product, ProductShape shape)
    {
        Floats left = SharedMemory.Allocate<float>(MostPanel), right = SharedMemory.Allocate<float>(MostPanel);
        ProductTile tile = new(shape, T.Rows, T.Columns);
        LeftLines<P> rows = new(product, tile.Item);
        RightLines<P> columns = new(product, tile.Item);
        float[] sums = new float[MostSums];
        Sums<T>.Each(sums, default(Cleared));

        // The first turn only reads, and the last one reads nothing.
        for (int next = tile.FirstStep; next < tile.StepEnd + StepsAtOnce; next += StepsAtOnce)
        {
            PanelShare leftShare = PanelShare.Read(rows, Panels<T>.Cut(T.Rows, StepsAtOnce), tile.FirstRow, shape.Rows, next, tile.StepEnd);
            PanelShare rightShare = PanelShare.Read(columns, Panels<T>.Cut(T.Columns, StepsAtOnce), tile.FirstColumn, shape.Columns, next, tile.StepEnd);
            if (next > tile.FirstStep) Panels<T>.Multiply(left, 0, right, StepsAtOnce, sums);
            Group.Barrier();
            Panels<T>.Put(left, leftShare, rows.StepsAreNeighbours, T.Rows, StepsAtOnce);
            Panels<T>.Put(right, rightShare, columns.StepsAreNeighbours, T.Columns, StepsAtOnce);
            Group.Barrier();
        }

        Sums<T>.Each(sums, new Written<P, T>(product, shape, tile));
    }
}
