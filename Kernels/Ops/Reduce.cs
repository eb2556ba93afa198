namespace NativeSsl.Kernels;

/// <summary>Along rows: a team to each piece of a row, then to each row of pieces.</summary>
static class ReduceRowKernels<R, T> where R : struct, IReduction where T : struct, ITeam
{
    public static void Fold(Floats x, Floats y, long length, long pieceLength, long pieces)
    {
        long row = Grid.IdxX / pieces, first = Grid.IdxX % pieces * pieceLength, end = first + pieceLength;
        end = end < length ? end : length;
        float total = R.Start;
        for (long i = first + Group.IdxX; i < end; i += Group.DimX) total = Team.Take<R>(total, x[row * length + i]);
        total = T.Fold<R>(total);
        if (Group.IdxX == 0) y[Grid.IdxX] = total;
    }
}

/// <summary>Along columns: a thread to each result. Pieces of 1024 are folded first, so that a long sum loses little to rounding.</summary>
static class ReduceKernels<R> where R : struct, IReduction
{
    const long Piece = 1024;

    public static void Fold(Floats x, Floats y, long length, long inner, long count)
    {
        long i = Grid.GlobalLinearIndex;
        if (i >= count) return;
        long place = i / inner * length * inner + i % inner;
        var total = new Scalar(R.Start);
        for (long start = 0; start < length; start += Piece)
        {
            long end = start + Piece < length ? start + Piece : length;
            var piece = new Scalar(R.Start);
            for (long r = start; r < end; r++) piece = R.Take(piece, new Scalar(x[place + r * inner]));
            total = R.Take(total, piece);
        }
        y[i] = total.Value;
    }
}

static class LargestKernels
{
    public static void Backward(Floats x, Floats y, Floats dy, Floats dx, long length, long inner, long count)
    {
        long i = Grid.GlobalLinearIndex;
        if (i >= count) return;
        long place = i / inner * length * inner + i % inner;
        bool found = false;
        for (long r = 0; r < length; r++)
        {
            float value = x[place + r * inner];
            bool first = !found && (value == y[i] || float.IsNaN(value));
            dx[place + r * inner] = first ? dy[i] : 0f;
            found = found || first;
        }
    }
}

public sealed partial class GpuBackend
{
    /// <inheritdoc/>
    public void Reduce<R>(Tensor x, Tensor y, long outer, long length, long inner) where R : struct, IReduction
    {
        if (inner == 1) ReduceRows<R>(x, y, outer, length);
        else Launch(ReduceKernels<R>.Fold, outer * inner, View(x), View(y), length, inner, outer * inner);
    }

    void ReduceRows<R>(Tensor x, Tensor y, long rows, long length) where R : struct, IReduction
    {
        const long Piece = 1 << 14;
        long pieces = Math.Max(1, (length + Piece - 1) / Piece);
        Tensor target = pieces == 1 ? y : Tensor.Empty(this, [checked((int)(rows * pieces))]);
        Launch(_hasWarps ? ReduceRowKernels<R, WarpTeam>.Fold : ReduceRowKernels<R, SharedTeam>.Fold, Teams(rows * pieces, Math.Min(length, Piece)),
            View(x), View(target), length, Piece, pieces);
        if (pieces > 1) ReduceRows<R>(target, y, rows, pieces);
    }

    /// <inheritdoc/>
    public void LargestGrad(Tensor x, Tensor y, Tensor dy, Tensor dx, long outer, long length, long inner) =>
        Launch(LargestKernels.Backward, outer * inner, View(x), View(y), View(dy), View(dx), length, inner, outer * inner);
}
