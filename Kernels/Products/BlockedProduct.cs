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
        int down = (shape.Rows + T.Rows - 1) / T.Rows, across = (shape.Columns + T.Columns - 1) / T.Columns;
        int tile = Grid.IdxX % (down * across), piece = Grid.IdxX / (down * across) % shape.Pieces, item = Grid.IdxX / (down * across) / shape.Pieces;
        int firstRow = tile / across * T.Rows, firstColumn = tile % across * T.Columns;
        int first = piece * shape.StepsPerPiece, end = first + shape.StepsPerPiece < shape.Steps ? first + shape.StepsPerPiece : shape.Steps;
        float[] sums = new float[MostSums];
        Panels<T>.Clear(sums);

        for (int start = first; start < end; start += StepsAtOnce)
        {
            Panels<T>.Fill(left, new LeftLines<P>(product, item), !product.LeftLiesTurned, T.Rows, StepsAtOnce, firstRow, shape.Rows, start, end);
            Panels<T>.Fill(right, new RightLines<P>(product, item), product.RightLiesTurned, T.Columns, StepsAtOnce, firstColumn, shape.Columns, start, end);
            Group.Barrier();
            Panels<T>.Multiply(left, 0, right, StepsAtOnce, sums);
            Group.Barrier();
        }

        for (int i = 0; i < T.Side; i++)
            for (int j = 0; j < T.Side; j++)
            {
                int row = firstRow + Panels<T>.Row(i), column = firstColumn + Panels<T>.Column(j);
                if (row < shape.Rows && column < shape.Columns) product.Write(item, piece, row, column, sums[i * T.Side + j]);
            }
    }
}
