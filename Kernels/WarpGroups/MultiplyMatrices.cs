namespace NativeSsl.Kernels;

// Products of matrices: which are laid out first, and how. By the shape alone, but for the memory that is free.
public sealed partial class GpuBackend
{
    const int LeastForFragments = 192, ShareForFragments = 4;

    /// <summary>Which products of matrices are laid out in fragments first.</summary>
    internal Func<ProductShape, bool> LaysOutFragments { get; set; } = IsWorthFragments;

    // Laying out takes time for each number of the factors, and saves some for each multiplication: of every number, half the harmonic mean of rows and columns.
    internal static bool IsWorthFragments(ProductShape shape) =>
        shape.Items == 1 && FillsLargeTiles(shape) && (long)shape.Rows * shape.Columns >= LeastForFragments * ((long)shape.Rows + shape.Columns);

    /// <summary>What decides, besides shapes and memory.</summary>
    internal (MatMulPrecision, bool) ProductSettings => (MatMulPrecision, UsesWarpGroups);

    void MultiplyMatrices<P>(P product, ProductShape shape) where P : struct, IMatrixProduct
    {
        if (MatMulPrecision == MatMulPrecision.Float32 || !HasTensorCores || !LaysOutFragments(shape) || !HasRoomForFragments(shape)) Multiply(product, shape);
        else if (MatMulPrecision == MatMulPrecision.BFloat16) MultiplyFragments<P, BFloat16Core>(product, shape);
        else MultiplyFragments<P, TensorFloat32Core>(product, shape);
    }

    // Not where it would take memory that a step may want: at most a quarter of what is free.
    bool HasRoomForFragments(ProductShape shape) => ((long)shape.Rows + shape.Columns) * shape.Steps * sizeof(float) <= (Pool.Cap - Pool.LentByAll) / ShareForFragments;

    void MultiplyFragments<P, M>(P product, ProductShape shape) where P : struct, IMatrixProduct where M : struct, IWarpGroupCore
    {
        if (UsesWarpGroups) MultiplyByWarpGroups<P, M>(product, shape);
        else if (_groupSize == FragmentPanels<M, FragmentTiles1>.Threads) MultiplyFragments<P, M, FragmentTiles1>(product, shape);
        else MultiplyFragments<P, M, FragmentTiles4>(product, shape);
    }
}
