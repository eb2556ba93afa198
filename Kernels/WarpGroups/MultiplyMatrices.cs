namespace NativeSsl.Kernels;

/// <summary>The factors of a product that are stored in BFloat16.</summary>
readonly record struct Halved(Tensor? Left, Tensor? Right);

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

    // Either factor may be stored in BFloat16. What lays factors out reads both formats; other products read a Float32 copy.
    void MultiplyMatrices<P>(Tensor left, Tensor right, ProductShape shape, Func<Floats, Floats, P> product) where P : struct, IMatrixProduct
    {
        Halved halved = new(OnlyHalved(left), OnlyHalved(right));
        if (MatMulPrecision == MatMulPrecision.Float32 || !HasTensorCores || !LaysOutFragments(shape) || !HasRoomForFragments(shape))
        {
            Tensor wideLeft = Widened(left), wideRight = Widened(right);
            Multiply(product(View(wideLeft), View(wideRight)), shape);
            GiveBack(wideLeft, left);
            GiveBack(wideRight, right);
        }
        else if (MatMulPrecision == MatMulPrecision.BFloat16) MultiplyFragments<P, BFloat16Core>(product(Place(left), Place(right)), shape, halved);
        else MultiplyFragments<P, TensorFloat32Core>(product(Place(left), Place(right)), shape, halved);

        // A product whose factors are laid out does not read them itself.
        static Floats Place(Tensor factor) => factor.Format == Format.BFloat16 ? Halves(factor).Cast<float>() : View(factor);
        static Tensor? OnlyHalved(Tensor factor) => factor.Format == Format.BFloat16 ? factor : null;
    }

    // Not where it would take memory that a step may want: at most a quarter of what is free.
    bool HasRoomForFragments(ProductShape shape) => ((long)shape.Rows + shape.Columns) * shape.Steps * sizeof(float) <= (Pool.Cap - Pool.LentByAll) / ShareForFragments;

    void MultiplyFragments<P, M>(P product, ProductShape shape, Halved halved) where P : struct, IMatrixProduct where M : struct, IWarpGroupCore
    {
        if (UsesWarpGroups) MultiplyByWarpGroups<P, M>(product, shape, halved);
        else if (_groupSize == FragmentPanels<M, FragmentTiles1>.Threads) MultiplyFragments<P, M, FragmentTiles1>(product, shape, halved);
        else MultiplyFragments<P, M, FragmentTiles4>(product, shape, halved);
    }
}
