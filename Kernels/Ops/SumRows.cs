namespace NativeSsl.Kernels;

/// <summary>A thread to each column of each piece of rows, neighbouring threads on neighbouring columns; then one to each column, which adds the pieces.</summary>
static class SumRowsKernels
{
    internal const int RowsPerThread = 64;

    public static void Pieces(Floats x, Floats shares, long rows, int columns, long threads)
    {
        long thread = Grid.GlobalLinearIndex;
        if (thread >= threads) return;
        long column = thread % columns, start = thread / columns * RowsPerThread, end = RowEnd(start, RowsPerThread, rows);
        float sum = 0f;
        for (long row = start; row < end; row++) sum += x[row * columns + column];
        shares[thread] = sum;
    }

    /// <summary>Where the rows of a piece end.</summary>
    internal static long RowEnd(long start, int rowsPerThread, long rows) => start + rowsPerThread < rows ? start + rowsPerThread : rows;

    public static void AddPieces(Floats shares, long stride, long pieces, Floats y, int accumulate, long count)
    {
        long i = Grid.GlobalLinearIndex;
        if (i >= count) return;
        float sum = 0f;
        for (long piece = 0; piece < pieces; piece++) sum += shares[piece * stride + i];
        y[i] = accumulate != 0 ? y[i] + sum : sum;
    }
}

/// <summary>A team to each column, for many pieces of few columns.</summary>
static class PieceTeamKernels<T> where T : struct, ITeam
{
    public static void AddPieces(Floats shares, long stride, int pieces, Floats y, int accumulate)
    {
        float sum = 0f;
        for (int piece = Group.IdxX; piece < pieces; piece += Group.DimX) sum += shares[piece * stride + Grid.IdxX];
        sum = Team.Sum<T>(sum);
        if (Group.IdxX == 0) y[Grid.IdxX] = accumulate != 0 ? y[Grid.IdxX] + sum : sum;
    }
}

public sealed partial class GpuBackend
{
    const int ManyPieces = 64, FewColumns = 8192;

    /// <inheritdoc/>
    public void SumRows(Tensor x, Tensor y, bool accumulate)
    {
        (int columns, long rows, int pieces) = Pieces(x, SumRowsKernels.RowsPerThread);
        Tensor shares = Tensor.Empty(this, [pieces, columns]);
        long threads = (long)pieces * columns;
        if (threads > 0) Launch(SumRowsKernels.Pieces, threads, View(x), View(shares), rows, columns, threads);
        AddPieces(View(shares), columns, pieces, y, accumulate);
    }

    // result ← Σ pieces, or result + that, in order.
    void AddPieces(Floats shares, long stride, int pieces, Tensor result, bool accumulate)
    {
        if (pieces >= ManyPieces && result.Shape.Count <= FewColumns)
            Launch(_hasWarps ? PieceTeamKernels<WarpTeam>.AddPieces : PieceTeamKernels<SharedTeam>.AddPieces, Teams(result.Shape.Count, pieces),
                shares, stride, pieces, View(result), accumulate ? 1 : 0);
        else Launch(SumRowsKernels.AddPieces, result.Shape.Count, shares, stride, (long)pieces, View(result), accumulate ? 1 : 0, result.Shape.Count);
    }

    // Columns, rows, and the pieces of rows of which a thread adds up one.
    static (int Columns, long Rows, int Pieces) Pieces(Tensor x, int rowsPerThread) =>
        (x.Shape[-1], x.Shape.Rows, checked((int)((x.Shape.Rows + rowsPerThread - 1) / rowsPerThread)));
}
