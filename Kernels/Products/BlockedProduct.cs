namespace NativeSsl.Kernels;

/// <summary>
/// A team to each tile: panels of both factors are multiplied in turn, the next ones on their way meanwhile; a thread's own sums stay in registers. Each sum is taken
/// in the order of k, as the plain loop takes it. There are two panels of each factor: while slower threads still multiply one, the others fill the other, and one barrier a panel is enough.
/// </summary>
static class BlockedProductKernels<P, T> where P : struct, IProduct where T : struct, ITiling
{
    // ILGPU wants the lengths of arrays to be constants: for the largest tiling.
    const int StepsAtOnce = 8, MostPanel = StepsAtOnce * (128 + Panels<T>.Pad), MostSums = 64;

    public static void Product(P product, ProductShape shape)
    {
        Floats left = SharedMemory.Allocate<float>(2 * MostPanel), right = SharedMemory.Allocate<float>(2 * MostPanel);
        ProductTile tile = new(shape, T.Rows, T.Columns);
        LeftLines<P> rows = new(product, tile.Item);
        RightLines<P> columns = new(product, tile.Item);
        float[] sums = new float[MostSums];
        Sums<T>.Each(sums, default(Cleared));

        int filled = 0;                                     // where the panel begins that is multiplied next
        // The first turn only reads, and the last one reads nothing.
        for (int next = tile.FirstStep; next < tile.StepEnd + StepsAtOnce; next += StepsAtOnce)
        {
            PanelShare leftShare = PanelShare.Read(rows, Panels<T>.Cut(T.Rows, StepsAtOnce), tile.FirstRow, shape.Rows, next, tile.StepEnd);
            PanelShare rightShare = PanelShare.Read(columns, Panels<T>.Cut(T.Columns, StepsAtOnce), tile.FirstColumn, shape.Columns, next, tile.StepEnd);
            if (next > tile.FirstStep) Panels<T>.Multiply(left.SubView(filled).AsAligned(16), 0, right.SubView(filled).AsAligned(16), StepsAtOnce, sums);
            filled = MostPanel - filled;
            Panels<T>.Put(left.SubView(filled).AsAligned(16), leftShare, rows.StepsAreNeighbours, T.Rows, StepsAtOnce);
            Panels<T>.Put(right.SubView(filled).AsAligned(16), rightShare, columns.StepsAreNeighbours, T.Columns, StepsAtOnce);
            Group.Barrier();
        }

        Sums<T>.Each(sums, new Written<P, T>(product, shape, tile));
    }
}
