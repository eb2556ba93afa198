namespace NativeSsl.Kernels;

/// <summary>The tiled product on tensor cores: as <see cref="BlockedProductKernels{P,T}"/>, with factors rounded to cells as they are brought into shared memory.</summary>
static class TensorCoreProductKernels<P, M, W> where P : struct, IProduct where M : struct, ITensorCore where W : struct, IWarpTiling
{
    public static void Product(P product, ProductShape shape)
    {
        ArrayView<int> left = SharedMemory.Allocate<int>(CellPanels<M, W>.MostPanel), right = SharedMemory.Allocate<int>(CellPanels<M, W>.MostPanel);
        ProductTile tile = new(shape, CellPanels<M, W>.Rows, CellPanels<M, W>.Columns);
        WarpSums sums = default;

        for (int start = tile.FirstStep; start < tile.StepEnd; start += CellPanels<M, W>.Steps)
        {
            CellPanels<M, W>.Fill(left, new LeftLines<P>(product, tile.Item), !product.LeftLiesTurned, CellPanels<M, W>.Rows, tile.FirstRow, shape.Rows, start, tile.StepEnd);
            CellPanels<M, W>.Fill(right, new RightLines<P>(product, tile.Item), product.RightLiesTurned, CellPanels<M, W>.Columns, tile.FirstColumn, shape.Columns, start, tile.StepEnd);
            Group.Barrier();
            sums = CellPanels<M, W>.Multiply(left, right, sums);
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
        else if (ProductTile.Count(shape, CellPanels<M, WarpTiles8>.Rows, CellPanels<M, WarpTiles8>.Columns) < WantedTeams) MultiplyOnTensorCores<P, M, WarpTiles4>(product, shape);
        else MultiplyOnTensorCores<P, M, WarpTiles8>(product, shape);
    }

    internal void MultiplyOnTensorCores<P, M, W>(P product, ProductShape shape) where P : struct, IProduct where M : struct, ITensorCore where W : struct, IWarpTiling =>
        Launch(TensorCoreProductKernels<P, M, W>.Product, new Work(ProductTile.Count(shape, CellPanels<M, W>.Rows, CellPanels<M, W>.Columns), CellPanels<M, W>.Threads), product, shape);
}
