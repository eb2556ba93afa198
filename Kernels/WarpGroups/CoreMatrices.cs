namespace NativeSsl.Kernels;

/// <summary>
/// A matrix as groups of warps read it: rounded to cells, four of a line together, which is a line of a core matrix. 128 lines are a slab: slab, eight cells, their halves, line. Lines beyond the last are zero, and so are steps.
/// </summary>
/// <param name="lines">Of the matrix.</param>
/// <param name="steps">Of a line.</param>
/// <param name="stepsOfCell">Of the cells.</param>
readonly struct CoreLayout(int lines, int steps, int stepsOfCell)
{
    /// <summary>Of a team's two groups of four warps.</summary>
    public const int Threads = 256;

    public const int LinesOfSlab = 128, StepsAtOnce = 2;

    public int Lines => lines;
    public int Steps => steps;

    /// <summary>Steps of the matrix in a step of <c>wgmma</c>.</summary>
    public int StepsOfEight => 8 * stepsOfCell;

    /// <summary>Steps of <c>wgmma</c>; a whole number of pairs.</summary>
    public int Eights => (steps + StepsAtOnce * StepsOfEight - 1) / (StepsAtOnce * StepsOfEight) * StepsAtOnce;

    /// <summary>How many fours of cells there are, each laid out by a thread.</summary>
    public long Count => (long)((lines + LinesOfSlab - 1) / LinesOfSlab) * Eights * 2 * LinesOfSlab;

    /// <summary>Where a slab's cells begin, from a step of the matrix on that begins a pair.</summary>
    public long Place(int slab, int step) => ((long)slab * Eights + step / StepsOfEight) * 2 * LinesOfSlab;
}

/// <summary>Lays a matrix out in core matrices.</summary>
static class CoreMatrixKernels<M, E> where M : struct, ITensorCore where E : struct, INumbers
{
    public static void LayOut(MatrixLines<E> matrix, CoreLayout layout, ArrayView<Float4> cores, long count)
    {
        long index = Grid.GlobalLinearIndex;
        if (index >= count) return;
        int half = (int)index / CoreLayout.LinesOfSlab, eights = half / 2, slab = eights / layout.Eights;
        int line = slab * CoreLayout.LinesOfSlab + Place.Within((int)index, CoreLayout.LinesOfSlab);
        int step = ((eights - slab * layout.Eights) * 2 + Place.Within(half, 2)) * 4 * M.StepsOfCell;
        Float4 near = matrix.FourSteps(line, step), far = M.StepsOfCell > 1 ? matrix.FourSteps(line, step + 4) : near;
        cores[index] = M.StepsOfCell > 1 ? new(Cell(near.A, near.B), Cell(near.C, near.D), Cell(far.A, far.B), Cell(far.C, far.D))
            : new(Cell(near.A, near.A), Cell(near.B, near.B), Cell(near.C, near.C), Cell(near.D, near.D));
    }

    static float Cell(float first, float second) => BitConverter.Int32BitsToSingle(M.Cell(first, second));
}
