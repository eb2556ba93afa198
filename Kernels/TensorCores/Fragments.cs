namespace NativeSsl.Kernels;

/// <summary>
/// A matrix as tensor cores read it: rounded to cells, and what a thread gives <c>mma.sync</c> of a block of 16 lines, four cells of 32 bits, lies together. A warp then reads 512 bytes that lie one behind
/// another, at once and without a conflict of banks, and a team's part of some steps is one stretch of memory, which is copied without looking at it. Lines beyond the last are zero, and so are steps.
/// Lines stand in slabs, as many to a slab as a tile has: slab, step of <c>mma.sync</c>, block, thread.
/// </summary>
/// <param name="lines">Of the matrix.</param>
/// <param name="steps">Of a line.</param>
/// <param name="blocksOfSlab">Of 16 lines.</param>
readonly struct FragmentLayout(int lines, int steps, int blocksOfSlab)
{
    public const int LinesOfBlock = 16, Warp = 32;

    // Sixteen steps of a block are read together: one step of mma.sync in BFloat16, two in TensorFloat32. Lines are as long as a whole number of pairs of groups, so that a team may take two steps at a time.
    const int StepsOfGroup = 16;

    public int Lines => lines;
    public int Steps => steps;
    public int BlocksOfSlab => blocksOfSlab;
    public int Groups => (steps + 2 * StepsOfGroup - 1) / (2 * StepsOfGroup) * 2;
    public int Slabs => (lines + LinesOfBlock * blocksOfSlab - 1) / (LinesOfBlock * blocksOfSlab);

    /// <summary>Threads that lay it out: each four steps of two lines.</summary>
    public long Threads => (long)Slabs * Groups * blocksOfSlab * Warp;

    /// <summary>Fragments of a step of <c>mma.sync</c>, in a slab.</summary>
    public int OfStep => blocksOfSlab * Warp;

    /// <summary>Where a slab's fragments of a step begin.</summary>
    /// <param name="slab">Which one.</param>
    /// <param name="step">Of the matrix: the first of a pair of groups.</param>
    /// <param name="stepsOfCell">Of the cells.</param>
    public long Place(int slab, int step, int stepsOfCell) => ((long)slab * Groups * 2 / stepsOfCell + step / (8 * stepsOfCell)) * OfStep;

    /// <summary>How many fragments there are.</summary>
    public long Count(int stepsOfCell) => Threads * 2 / stepsOfCell;
}

/// <summary>Lays a matrix out in fragments.</summary>
static class FragmentKernels<M, E> where M : struct, ITensorCore where E : struct, INumbers
{
    /// <param name="matrix">What is laid out.</param>
    /// <param name="layout">How.</param>
    /// <param name="ofRight">One for a right factor, zero for a left one: what an instruction takes as one operand has to lie in neighbouring registers, all of a left fragment, and half of a right one.</param>
    /// <param name="fragments">Where to.</param>
    /// <param name="count">Of threads.</param>
    public static void LayOut(MatrixLines<E> matrix, FragmentLayout layout, int ofRight, ArrayView<Float4> fragments, long count)
    {
        long index = Grid.GlobalLinearIndex;
        if (index >= count) return;
        int thread = Place.Within((int)index, FragmentLayout.Warp), block = (int)index / FragmentLayout.Warp;
        int group = block / layout.BlocksOfSlab, blockOfSlab = block - group * layout.BlocksOfSlab, slab = group / layout.Groups, groupOfSlab = group - slab * layout.Groups;
        int line = (slab * layout.BlocksOfSlab + blockOfSlab) * FragmentLayout.LinesOfBlock + thread / 4, step = groupOfSlab * 16 + Place.Within(thread, 4) * 4;
        Float4 near = matrix.FourSteps(line, step), far = matrix.FourSteps(line + 8, step);
        // Which steps a thread's two cells hold is free, if both factors agree: neighbours, because those can be read at once.
        long place = layout.Place(slab, groupOfSlab * 16, M.StepsOfCell) + blockOfSlab * FragmentLayout.Warp + thread;
        if (M.StepsOfCell > 1) fragments[place] = Fragment(Cell(near.A, near.B), Cell(near.C, near.D), Cell(far.A, far.B), Cell(far.C, far.D), ofRight);
        else
        {
            fragments[place] = Fragment(Cell(near.A, near.A), Cell(near.B, near.B), Cell(far.A, far.A), Cell(far.B, far.B), ofRight);
            fragments[place + layout.OfStep] = Fragment(Cell(near.C, near.C), Cell(near.D, near.D), Cell(far.C, far.C), Cell(far.D, far.D), ofRight);
        }
    }

    static Float4 Fragment(float near, float nextOfNear, float far, float nextOfFar, int ofRight) => new(near, ofRight != 0 ? nextOfNear : far, ofRight != 0 ? far : nextOfNear, nextOfFar);

    // Four of them are stored at once, which floats can be.
    static float Cell(float first, float second) => BitConverter.Int32BitsToSingle(M.Cell(first, second));
}
