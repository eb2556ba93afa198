namespace NativeSsl.Kernels;

/// <summary>The rows of a product's left factor.</summary>
readonly struct LeftLines<P>(P product, int item) : ILines where P : struct, IProduct
{
    public float At(int line, int step) => product.Left(item, line, step);
}

/// <summary>The columns of a product's right factor.</summary>
readonly struct RightLines<P>(P product, int item) : ILines where P : struct, IProduct
{
    public float At(int line, int step) => product.Right(item, step, line);
}

/// <summary>
/// A team to each tile: panels of both factors are multiplied in turn; a thread's own sums stay in registers. Each sum is taken in the order of k, as the plain
/// loop takes it.
/// </summary>
static class BlockedProductKernels<P, T> where P : struct, IProduct where T : struct, ITiling
{
    // ILGPU wants the lengths of arrays to be constants: for the largest tiling.
    const int StepsAtOnce = 8, MostPanel = StepsAtOnce * (128 + Panels<T>.Pad), MostSums = 64;

    public static void Product(P product, ProductShape shape)
    {
        Floats left = SharedMemory.Allocate<float>(MostPanel), right = SharedMemory.Allocate<float>(MostPanel);
        ProductTile tile = new(shape, T.Rows, T.Columns);
        float[] sums = new float[MostSums];
        Panels<T>.Clear(sums);

        for (int start = tile.FirstStep; start < tile.StepEnd; start += StepsAtOnce)
        {
            Panels<T>.Fill(left, new LeftLines<P>(product, tile.Item), !product.LeftLiesTurned, T.Rows, StepsAtOnce, tile.FirstRow, shape.Rows, start, tile.StepEnd);
            Panels<T>.Fill(right, new RightLines<P>(product, tile.Item), product.RightLiesTurned, T.Columns, StepsAtOnce, tile.FirstColumn, shape.Columns, start, tile.StepEnd);
            Group.Barrier();
            Panels<T>.Multiply(left, 0, right, StepsAtOnce, sums);
            Group.Barrier();
        }

        for (int i = 0; i < T.Side; i++)
            for (int j = 0; j < T.Side; j++)
            {
                int row = tile.FirstRow + Panels<T>.Row(i), column = tile.FirstColumn + Panels<T>.Column(j);
                if (row < shape.Rows && column < shape.Columns) product.Write(tile.Item, tile.Piece, row, column, sums[i * T.Side + j]);
            }
    }
}
