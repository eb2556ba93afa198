namespace NativeSsl.Kernels;

/// <summary>The plain loop, a thread to each sum: for products too narrow to fill a tile, and what the other is compared with.</summary>
static class PlainProductKernels<P> where P : struct, IProduct
{
    public static void Product(P product, ProductShape shape, long count)
    {
        long index = Grid.GlobalLinearIndex;
        if (index >= count) return;
        int column = (int)(index % shape.Columns), row = (int)(index / shape.Columns % shape.Rows),
            piece = (int)(index / shape.Columns / shape.Rows % shape.Pieces), item = (int)(index / shape.Columns / shape.Rows / shape.Pieces);
        float sum = 0f;
        for (int k = shape.FirstStep(piece); k < shape.StepEnd(piece); k++)
        {
            long left = product.LeftPlace(item, row, k), right = product.RightPlace(item, k, column);
            sum += (left < 0 ? 0f : product.LeftAt(left)) * (right < 0 ? 0f : product.RightAt(right));      // zero times NaN is NaN, as in a tile
        }
        product.Write(item, piece, row, column, sum, product.Adds ? product.Added[product.AddedPlace(item, piece, row, column)] : 0f);
    }
}
