namespace NativeSsl.Kernels;

/// <summary>Sums of a tile, of which some may lie beyond the product's edges.</summary>
static class WithinEdges<P> where P : struct, IProduct
{
    // One condition around the read alone: with two, or with more inside, the assembler waits for it at once.
    /// <summary>What is added to a sum, before it is written; zero if nothing is, and beyond the edges.</summary>
    public static float Added(P product, ProductShape shape, ProductTile tile, int row, int column)
    {
        long place = product.AddedPlace(tile.Item, tile.Piece, row, column);
        return row < shape.Rows & column < shape.Columns & product.Adds ? product.Added[place] : 0f;
    }

    /// <summary>Hands a sum over, if it is one.</summary>
    public static void Write(P product, ProductShape shape, ProductTile tile, int row, int column, float sum, float added)
    {
        if (row < shape.Rows & column < shape.Columns) product.Write(tile.Item, tile.Piece, row, column, sum, added);
    }
}
