namespace NativeSsl.Kernels;

/// <summary>
/// Hands a thread's sums to the product. They are named one by one, as in <see cref="Panels{T}.Multiply"/>: picking them out by an index that the assembler does not
/// know took as long as a hundred steps.
/// </summary>
static class TileWriter<P, T> where P : struct, IProduct where T : struct, ITiling
{
    public static void Write(P product, ProductShape shape, ProductTile tile, float[] sums)
    {
        Row(product, shape, tile, sums, 0);
        Row(product, shape, tile, sums, 1);
        Row(product, shape, tile, sums, 2);
        Row(product, shape, tile, sums, 3);
        if (T.Side > 4) Row(product, shape, tile, sums, 4);
        if (T.Side > 4) Row(product, shape, tile, sums, 5);
        if (T.Side > 4) Row(product, shape, tile, sums, 6);
        if (T.Side > 4) Row(product, shape, tile, sums, 7);
    }

    static void Row(P product, ProductShape shape, ProductTile tile, float[] sums, int i)
    {
        int row = tile.FirstRow + Panels<T>.Row(i);
        if (row >= shape.Rows) return;
        Four(product, shape, tile, sums, i, 0, row);
        if (T.Side > 4) Four(product, shape, tile, sums, i, 4, row);
    }

    static void Four(P product, ProductShape shape, ProductTile tile, float[] sums, int i, int j, int row)
    {
        int column = tile.FirstColumn + Panels<T>.Column(j);
        if (column < shape.Columns) product.Write(tile.Item, tile.Piece, row, column, sums[i * T.Side + j]);
        if (column + 1 < shape.Columns) product.Write(tile.Item, tile.Piece, row, column + 1, sums[i * T.Side + j + 1]);
        if (column + 2 < shape.Columns) product.Write(tile.Item, tile.Piece, row, column + 2, sums[i * T.Side + j + 2]);
        if (column + 3 < shape.Columns) product.Write(tile.Item, tile.Piece, row, column + 3, sums[i * T.Side + j + 3]);
    }
}
