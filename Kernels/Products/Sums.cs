namespace NativeSsl.Kernels;

/// <summary>What becomes of a thread's sum in its i-th row and j-th column.</summary>
interface ISumChange
{
    float Of(float sum, int i, int j);
}

/// <summary>
/// Goes through a thread's sums. They are named one by one: in a loop that the assembler does not unroll they would lie in memory, or be picked out of all of them.
/// </summary>
static class Sums<T> where T : struct, ITiling
{
    public static void Each<C>(float[] sums, C change) where C : struct, ISumChange
    {
        Row(sums, 0, change);
        Row(sums, 1, change);
        Row(sums, 2, change);
        Row(sums, 3, change);
        if (T.Side > 4) Row(sums, 4, change);
        if (T.Side > 4) Row(sums, 5, change);
        if (T.Side > 4) Row(sums, 6, change);
        if (T.Side > 4) Row(sums, 7, change);
    }

    static void Row<C>(float[] sums, int i, C change) where C : struct, ISumChange
    {
        Four(sums, i, 0, change);
        if (T.Side > 4) Four(sums, i, 4, change);
    }

    static void Four<C>(float[] sums, int i, int j, C change) where C : struct, ISumChange
    {
        sums[i * T.Side + j] = change.Of(sums[i * T.Side + j], i, j);
        sums[i * T.Side + j + 1] = change.Of(sums[i * T.Side + j + 1], i, j + 1);
        sums[i * T.Side + j + 2] = change.Of(sums[i * T.Side + j + 2], i, j + 2);
        sums[i * T.Side + j + 3] = change.Of(sums[i * T.Side + j + 3], i, j + 3);
    }
}

/// <summary>Sums of nothing.</summary>
readonly struct Cleared : ISumChange
{
    public float Of(float sum, int i, int j) => 0f;
}

/// <summary>Hands sums to the product.</summary>
readonly struct Written<P, T>(P product, ProductShape shape, ProductTile tile) : ISumChange where P : struct, IProduct where T : struct, ITiling
{
    public float Of(float sum, int i, int j)
    {
        int row = tile.FirstRow + Panels<T>.Row(i), column = tile.FirstColumn + Panels<T>.Column(j);
        if (row < shape.Rows & column < shape.Columns) product.Write(tile.Item, tile.Piece, row, column, sum);
        return sum;
    }
}
