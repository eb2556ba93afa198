namespace NativeSsl.Kernels;

/// <summary>Matrices, of which either may lie turned, and one of which may be the same for all items.</summary>
readonly struct MatMulProduct(Floats a, Floats b, Floats c, long aItem, long bItem, long pieceLength, int rows, int columns, int steps,
    int transposes, int byFours, int accumulate) : IMatrixProduct
{
    public bool LeftLiesTurned => (transposes & 1) != 0;
    public bool RightLiesTurned => (transposes & 2) != 0;
    public bool LeftByFours => (byFours & 1) != 0;
    public bool RightByFours => (byFours & 2) != 0;
    public float LeftAt(long place) => a[place];
    public Float4 LeftFourAt(long place) => Float4.At(a, place / 4);
    public float RightAt(long place) => b[place];
    public Float4 RightFourAt(long place) => Float4.At(b, place / 4);
    public MatrixLines<Float32Numbers> LeftLines => new(new(a), rows, steps, LeftLiesTurned ? 0 : 1, LeftByFours ? 1 : 0);
    public MatrixLines<Float32Numbers> RightLines => new(new(b), columns, steps, RightLiesTurned ? 1 : 0, RightByFours ? 1 : 0);
    public long LeftPlace(int item, int row, int step) => item * aItem + (LeftLiesTurned ? Place.Of(step, rows, row) : Place.Of(row, steps, step));
    public long RightPlace(int item, int step, int column) => item * bItem + (RightLiesTurned ? Place.Of(column, steps, step) : Place.Of(step, columns, column));

    public bool Adds => accumulate != 0;
    public Floats Added => c;
    public long AddedPlace(int item, int piece, int row, int column) => piece * pieceLength + Place.Of(item * rows + row, columns, column);
    public void Write(int item, int piece, int row, int column, float sum, float added) => c[AddedPlace(item, piece, row, column)] = Adds ? added + sum : sum;
}

public sealed partial class GpuBackend
{
    /// <inheritdoc/>
    public void MatMul(Tensor a, Tensor b, Tensor c, bool transposeA, bool transposeB, bool accumulate)
    {
        int rows = c.Shape[-2], columns = c.Shape[-1], steps = a.Shape[transposeA ? -2 : -1];
        int items = checked((int)c.Shape.Span(0, c.Shape.Rank - 2));
        long aItem = a.Shape.Rank == 2 ? 0 : (long)rows * steps, bItem = b.Shape.Rank == 2 ? 0 : (long)steps * columns;
        int byFours = (ByFours(a) ? 1 : 0) + (ByFours(b) ? 2 : 0);
        MultiplyLong(new ProductShape(items, rows, columns, steps), c, accumulate, (shape, target, adds) => MultiplyMatrices(a, b, shape, (left, right) => new MatMulProduct(
            left, right, View(target), aItem, bItem, c.Shape.Count, rows, columns, steps, (transposeA ? 1 : 0) + (transposeB ? 2 : 0), byFours, adds ? 1 : 0)));
    }
}
