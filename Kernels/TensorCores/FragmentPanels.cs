namespace NativeSsl.Kernels;

/// <summary>What a team multiplies of two matrices in fragments: two steps of <c>mma.sync</c> of a slab of each, copied into shared memory as they lie.</summary>
static class FragmentPanels<M, W> where M : struct, ITensorCore where W : struct, IFragmentTiling
{
    internal const int StepsAtOnce = 2, MostPanel = StepsAtOnce * 8 * FragmentLayout.Warp;

    internal static int BlocksOfSlab => W.WarpsOfSide * W.BlocksOfSide;
    internal static int Side => BlocksOfSlab * FragmentLayout.LinesOfBlock;
    internal static int Threads => W.WarpsOfSide * W.WarpsOfSide * FragmentLayout.Warp;
    internal static int OfStep => BlocksOfSlab * FragmentLayout.Warp;
    internal static int OfPanel => StepsAtOnce * OfStep;
    internal static int StepsOfPanel => StepsAtOnce * 8 * M.StepsOfCell;

    /// <summary>Begins to copy a panel: a thread's fragments, two or four of them.</summary>
    public static void Bring(ArrayView<Float4> panel, ArrayView<Float4> from)
    {
        Bring(panel, from, Group.IdxX);
        Bring(panel, from, Group.IdxX + Threads);
        if (OfPanel / Threads > 2) Bring(panel, from, Group.IdxX + 2 * Threads);
        if (OfPanel / Threads > 2) Bring(panel, from, Group.IdxX + 3 * Threads);
    }

    static void Bring(ArrayView<Float4> panel, ArrayView<Float4> from, int fragment) => AsyncCopy.Begin(ref panel[fragment], ref from[fragment]);

    /// <summary>Adds left · right, over a panel, for the blocks of a thread's warp.</summary>
    public static FragmentSums Multiply(ArrayView<Float4> leftPanel, ArrayView<Float4> rightPanel, FragmentSums sums)
    {
        ArrayView<Float4> left = leftPanel.SubView(Down * W.BlocksOfSide * FragmentLayout.Warp + Thread).AsAligned(16);
        ArrayView<Float4> right = rightPanel.SubView(Across * W.BlocksOfSide * FragmentLayout.Warp + Thread).AsAligned(16);
        sums = AddStep(left, right, 0, sums);
        return AddStep(left, right, OfStep, sums);
    }

    static FragmentSums AddStep(ArrayView<Float4> left, ArrayView<Float4> right, int step, FragmentSums sums)
    {
        Float4 a = right[step], b = a, c = a, d = a;
        if (W.BlocksOfSide > 1)
        {
            b = right[step + FragmentLayout.Warp];
            c = right[step + 2 * FragmentLayout.Warp];
            d = right[step + 3 * FragmentLayout.Warp];
        }
        sums.A = AddRow(sums.A, left[step], a, b, c, d);
        if (W.BlocksOfSide > 1) sums.B = AddRow(sums.B, left[step + FragmentLayout.Warp], a, b, c, d);
        if (W.BlocksOfSide > 1) sums.C = AddRow(sums.C, left[step + 2 * FragmentLayout.Warp], a, b, c, d);
        if (W.BlocksOfSide > 1) sums.D = AddRow(sums.D, left[step + 3 * FragmentLayout.Warp], a, b, c, d);
        return sums;
    }

    static FragmentRow AddRow(FragmentRow sums, Float4 left, Float4 a, Float4 b, Float4 c, Float4 d)
    {
        LeftCells cells = new(Cell(left.A), Cell(left.B), Cell(left.C), Cell(left.D));
        sums.Near.A = M.MultiplyAdd(sums.Near.A, cells, Upper(a));
        sums.Near.B = M.MultiplyAdd(sums.Near.B, cells, Lower(a));
        if (W.BlocksOfSide > 1)
        {
            sums.Near.C = M.MultiplyAdd(sums.Near.C, cells, Upper(b));
            sums.Near.D = M.MultiplyAdd(sums.Near.D, cells, Lower(b));
            sums.Far.A = M.MultiplyAdd(sums.Far.A, cells, Upper(c));
            sums.Far.B = M.MultiplyAdd(sums.Far.B, cells, Lower(c));
            sums.Far.C = M.MultiplyAdd(sums.Far.C, cells, Upper(d));
            sums.Far.D = M.MultiplyAdd(sums.Far.D, cells, Lower(d));
        }
        return sums;
    }

    // Of a block's 16 lines, as columns of a right factor: the first eight, and the others.
    static RightCells Upper(Float4 right) => new(Cell(right.A), Cell(right.B));
    static RightCells Lower(Float4 right) => new(Cell(right.C), Cell(right.D));

    static int Cell(float bits) => BitConverter.SingleToInt32Bits(bits);

    /// <summary>Hands over the blocks of a thread's warp.</summary>
    /// <param name="product">Whose they are.</param>
    /// <param name="shape">Its edges.</param>
    /// <param name="tile">The team's.</param>
    /// <param name="sums">The thread's.</param>
    /// <param name="shared">Memory of the team that nobody uses.</param>
    public static void Write<P>(P product, ProductShape shape, ProductTile tile, FragmentSums sums, Floats shared) where P : struct, IProduct
    {
        Floats own = WarpStage.Of(shared);
        int row = tile.FirstRow + Down * W.BlocksOfSide * FragmentLayout.LinesOfBlock, column = tile.FirstColumn + Across * W.BlocksOfSide * FragmentLayout.LinesOfBlock;
        WarpStage.Write<P, W>(product, shape, tile, row, column, sums.A, own);
        if (W.BlocksOfSide > 1) WarpStage.Write<P, W>(product, shape, tile, row + FragmentLayout.LinesOfBlock, column, sums.B, own);
        if (W.BlocksOfSide > 1) WarpStage.Write<P, W>(product, shape, tile, row + 2 * FragmentLayout.LinesOfBlock, column, sums.C, own);
        if (W.BlocksOfSide > 1) WarpStage.Write<P, W>(product, shape, tile, row + 3 * FragmentLayout.LinesOfBlock, column, sums.D, own);
    }

    static int Thread => Place.Within(Group.IdxX, FragmentLayout.Warp);
    static int Down => Group.IdxX / FragmentLayout.Warp / W.WarpsOfSide;
    static int Across => Place.Within(Group.IdxX / FragmentLayout.Warp, W.WarpsOfSide);
}
