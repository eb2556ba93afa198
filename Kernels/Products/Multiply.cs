namespace NativeSsl.Kernels;

// Which kernel makes a product, and how it is cut. By the shape alone, but for the tiling, which is the device's.
public sealed partial class GpuBackend
{
    const int Narrow = 8, NarrowestTile = 3;                // fewer rows or columns leave most of a tile empty; with one or two it reads as much as the plain loop
    const long SmallProduct = 1 << 20;                      // multiplications that take no time on a GPU, and as many tiles long on what is none
    const int WantedTeams = 128, SmallTeamsForOne = 8;      // a large team for each multiprocessor of a large GPU, or as many threads in small ones
    const int LeastStepsOfPiece = 256, PieceUnit = 32;      // a panel lies within a piece

    void Multiply<P>(P product, ProductShape shape) where P : struct, IProduct
    {
        if (MultiplyOnTensorCores(product, shape)) return;
        if (IsForPlainLoop(shape)) MultiplyPlainly(product, shape);
        else if (_groupSize == Tiles32.Threads) MultiplyBlocked<P, Tiles32>(product, shape);
        else if (IsNarrow(shape)) MultiplyBlocked<P, NarrowTiles>(product, shape);
        else if (_groupSize == Tiles64.Threads || !FillsLargeTiles(shape)) MultiplyBlocked<P, Tiles64>(product, shape);
        else MultiplyBlocked<P, Tiles256>(product, shape);
    }

    // Whether tiles of 128 × 128 are many enough, and not half empty, as where a convolution has 64 outputs.
    internal static bool FillsLargeTiles(ProductShape shape) => IsWide(shape) && Tiles<Tiles256>(shape) >= WantedTeams;

    // Few columns, and enough rows for a tile.
    internal static bool IsNarrow(ProductShape shape) => shape.Columns <= NarrowTiles.Columns && shape.Rows >= NarrowTiles.Rows;

    static bool IsWide(ProductShape shape) => Math.Min(shape.Rows, shape.Columns) > Tiles64.Rows;

    static bool IsForPlainLoop(ProductShape shape)
    {
        int width = Math.Min(shape.Rows, shape.Columns);
        return width < NarrowestTile || (width < Narrow && (long)shape.Items * shape.Rows * shape.Columns * shape.Steps < SmallProduct);
    }

    internal void MultiplyPlainly<P>(P product, ProductShape shape) where P : struct, IProduct
    {
        long count = (long)shape.Items * shape.Pieces * shape.Rows * shape.Columns;
        Launch(PlainProductKernels<P>.Product, count, product, shape, count);
    }

    internal void MultiplyBlocked<P, T>(P product, ProductShape shape) where P : struct, IProduct where T : struct, ITiling =>
        Launch(BlockedProductKernels<P, T>.Product, new Work(Tiles<T>(shape), T.Threads), product, shape);

    static long Tiles<T>(ProductShape shape) where T : struct, ITiling => ProductTile.Count(shape, T.Rows, T.Columns);

    // A small result of long sums, as the gradients of weights are, has too few tiles for many multiprocessors: the sums are cut, and the pieces added in order.
    void MultiplyLong(ProductShape shape, Tensor result, bool accumulate, Action<ProductShape, Tensor, bool> multiply)
    {
        bool large = IsWide(shape);
        long tiles = large ? Tiles<Tiles256>(shape) : Tiles<Tiles64>(shape), wanted = large ? 2 * WantedTeams : SmallTeamsForOne * WantedTeams;
        int pieces = (int)Math.Clamp(wanted / Math.Max(1, tiles), 1, Math.Max(1, shape.Steps / LeastStepsOfPiece));
        if (pieces == 1)
        {
            multiply(shape, result, accumulate);
            return;
        }
        int each = (shape.Steps + pieces * PieceUnit - 1) / (pieces * PieceUnit) * PieceUnit, count = checked((int)result.Shape.Count);
        Tensor shares = Tensor.Empty(this, [pieces, count]);
        multiply(new(shape.Items, shape.Rows, shape.Columns, shape.Steps, pieces, each), shares, false);
        AddPieces(View(shares), count, pieces, result, accumulate);
    }
}
