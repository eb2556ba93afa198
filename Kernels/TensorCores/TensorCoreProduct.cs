namespace NativeSsl.Kernels;

/// <summary>
/// The tiled product on tensor cores: as <see cref="BlockedProductKernels{P,T}"/>, with factors rounded to cells as they are brought into shared memory. There are two panels of each factor: while a
/// team's slower warps still multiply one, the others fill the other, and one barrier a panel is enough.
/// </summary>
static class TensorCoreProductKernels<P, M, W> where P : struct, IProduct where M : struct, ITensorCore where W : struct, IWarpTiling
{
    public static void Product(P product, ProductShape shape)
    {
        ArrayView<int> left = SharedMemory.Allocate<int>(2 * CellPanels<M, W>.MostPanel), right = SharedMemory.Allocate<int>(2 * CellPanels<M, W>.MostPanel);
        ProductTile tile = new(shape, CellPanels<M, W>.Rows, CellPanels<M, W>.Columns);
        LeftLines<P> rows = new(product, tile.Item);
        RightLines<P> columns = new(product, tile.Item);
        WarpSums sums = default;
        int filled = 0;                                     // where the panel begins that is multiplied next

        for (int next = tile.FirstStep; next < tile.StepEnd + CellPanels<M, W>.StepsAtOnce; next += CellPanels<M, W>.StepsAtOnce)
        {
            PanelShare leftShare = PanelShare.Read(rows, CellPanels<M, W>.Cut(CellPanels<M, W>.Rows), tile.FirstRow, shape.Rows, next, tile.StepEnd);
            PanelShare rightShare = PanelShare.Read(columns, CellPanels<M, W>.Cut(CellPanels<M, W>.Columns), tile.FirstColumn, shape.Columns, next, tile.StepEnd);
            if (next > tile.FirstStep) sums = CellPanels<M, W>.Multiply(left.SubView(filled).AsAligned(16), right.SubView(filled).AsAligned(16), sums);
            filled = CellPanels<M, W>.MostPanel - filled;
            CellPanels<M, W>.Put(left.SubView(filled).AsAligned(16), leftShare, rows.StepsAreNeighbours, CellPanels<M, W>.Rows);
            CellPanels<M, W>.Put(right.SubView(filled).AsAligned(16), rightShare, columns.StepsAreNeighbours, CellPanels<M, W>.Columns);
            Group.Barrier();
        }

        CellPanels<M, W>.Write(product, shape, tile, sums);
    }
}

// Products on tensor cores, if the user wants them and the device has them.
public sealed partial class GpuBackend
{
    const int NarrowestBlock = 16;

    bool MultiplyOnTensorCores<P>(P product, ProductShape shape) where P : struct, IProduct
    {
        if (MatMulPrecision == MatMulPrecision.Float32 || !HasTensorCores || Math.Min(shape.Rows, shape.Columns) < NarrowestBlock) return false;
        if (MatMulPrecision == MatMulPrecision.BFloat16) MultiplyOnTensorCores<P, BFloat16Core>(product, shape);
        else MultiplyOnTensorCores<P, TensorFloat32Core>(product, shape);
        return true;
    }

    void MultiplyOnTensorCores<P, M>(P product, ProductShape shape) where P : struct, IProduct where M : struct, ITensorCore
    {
        if (_groupSize == CellPanels<M, WarpTiles1>.Threads) MultiplyOnTensorCores<P, M, WarpTiles1>(product, shape);
        else if (FillsLargeTiles(shape)) MultiplyOnTensorCores<P, M, WarpTiles8>(product, shape);
        else MultiplyOnTensorCores<P, M, WarpTiles4>(product, shape);
    }

    internal void MultiplyOnTensorCores<P, M, W>(P product, ProductShape shape) where P : struct, IProduct where M : struct, ITensorCore where W : struct, IWarpTiling =>
        Launch(TensorCoreProductKernels<P, M, W>.Product, new Work(ProductTile.Count(shape, CellPanels<M, W>.Rows, CellPanels<M, W>.Columns), CellPanels<M, W>.Threads), product, shape);
}
