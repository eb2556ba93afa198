namespace NativeSsl.Kernels;

/// <summary>Four floats that are read at once.</summary>
struct Float4
{
    public float A, B, C, D;
}

/// <summary>
/// A team to each tile: panels of both factors are brought into shared memory, where all threads of the team read them, four floats at a time; a thread's own sums stay in registers. Each sum is
/// taken in the order of k, as the plain loop takes it.
/// </summary>
static class BlockedProductKernels<P, T> where P : struct, IProduct where T : struct, ITiling
{
    // ILGPU wants the lengths of arrays to be constants: for the largest tiling. The steps of a panel are four floats further apart than they are long, so
    // that threads which write neighbouring steps do not wait for the same bank of memory.
    const int StepsAtOnce = 8, Pad = 4, MostPanel = StepsAtOnce * (128 + Pad), MostSums = 64, MostSide = 8;

    public static void Product(P product, ProductShape shape)
    {
        Floats left = SharedMemory.Allocate<float>(MostPanel), right = SharedMemory.Allocate<float>(MostPanel);
        int down = (shape.Rows + T.Rows - 1) / T.Rows, across = (shape.Columns + T.Columns - 1) / T.Columns;
        int tile = Grid.IdxX % (down * across), piece = Grid.IdxX / (down * across) % shape.Pieces, item = Grid.IdxX / (down * across) / shape.Pieces;
        int firstRow = tile / across * T.Rows, firstColumn = tile % across * T.Columns;
        int y = Group.IdxX / (T.Columns / T.Side), x = Group.IdxX % (T.Columns / T.Side);
        int first = piece * shape.StepsPerPiece, end = first + shape.StepsPerPiece < shape.Steps ? first + shape.StepsPerPiece : shape.Steps;
        float[] sums = new float[MostSums], ofLeft = new float[MostSide], ofRight = new float[MostSide];
        for (int i = 0; i < T.Side * T.Side; i++) sums[i] = 0f;

        for (int start = first; start < end; start += StepsAtOnce)
        {
            // Neighbouring threads read neighbouring places of memory; what is beyond the edges is zero.
            for (int i = Group.IdxX; i < T.Rows * StepsAtOnce; i += T.Threads)
            {
                int line = product.LeftLiesTurned ? i % T.Rows : i / StepsAtOnce, step = product.LeftLiesTurned ? i / T.Rows : i % StepsAtOnce;
                bool inside = firstRow + line < shape.Rows && start + step < end;
                left[step * (T.Rows + Pad) + line] = inside ? product.Left(item, firstRow + line, start + step) : 0f;
            }
            for (int i = Group.IdxX; i < T.Columns * StepsAtOnce; i += T.Threads)
            {
                int line = product.RightLiesTurned ? i / StepsAtOnce : i % T.Columns, step = product.RightLiesTurned ? i % StepsAtOnce : i / T.Columns;
                bool inside = firstColumn + line < shape.Columns && start + step < end;
                right[step * (T.Columns + Pad) + line] = inside ? product.Right(item, start + step, firstColumn + line) : 0f;
            }
            Group.Barrier();
            for (int k = 0; k < StepsAtOnce; k++)
            {
                Read(left, k * (T.Rows + Pad), T.Rows, y, ofLeft);
                Read(right, k * (T.Columns + Pad), T.Columns, x, ofRight);
                for (int i = 0; i < T.Side; i++)
                    for (int j = 0; j < T.Side; j++) sums[i * T.Side + j] += ofLeft[i] * ofRight[j];
            }
            Group.Barrier();
        }

        for (int i = 0; i < T.Side; i++)
            for (int j = 0; j < T.Side; j++)
            {
                int row = firstRow + Place(i, T.Rows, y), column = firstColumn + Place(j, T.Columns, x);
                if (row < shape.Rows && column < shape.Columns) product.Write(item, piece, row, column, sums[i * T.Side + j]);
            }
    }

    // A thread's lines come in fours, and its fours are as far apart as they can be: neighbouring threads read neighbouring fours.
    static int Place(int i, int lines, int thread) => i / 4 * (4 * lines / T.Side) + 4 * thread + i % 4;

    static void Read(Floats panel, int step, int lines, int thread, float[] values)
    {
        ArrayView<Float4> fours = panel.Cast<Float4>();
        for (int i = 0; i < T.Side / 4; i++)
        {
            Float4 four = fours[(step + Place(4 * i, lines, thread)) / 4];
            values[4 * i] = four.A;
            values[4 * i + 1] = four.B;
            values[4 * i + 2] = four.C;
            values[4 * i + 3] = four.D;
        }
    }
}
