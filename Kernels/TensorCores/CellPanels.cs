namespace NativeSsl.Kernels;

/// <summary>
/// Panels of cells in shared memory, as <see cref="Panels{T}"/> of floats. A cell's lines are neighbours; the eight lines and four cells that the threads of a warp read at
/// once lie in 32 different banks, because cells are a multiple of 32 and eight apart.
/// </summary>
static class CellPanels<M, W> where M : struct, ITensorCore where W : struct, IWarpTiling
{
    internal const int StepsAtOnce = 16, Pad = 8, MostPanel = StepsAtOnce * (128 + Pad);
    const int Warp = 32, RowsOfBlock = 16, ColumnsOfBlock = 8, CellsOfBlock = 8;

    internal static int Threads => W.WarpsDown * W.WarpsAcross * Warp;
    internal static int Rows => W.WarpsDown * W.Down * RowsOfBlock;
    internal static int Columns => W.WarpsAcross * W.Across * ColumnsOfBlock;

    /// <summary>How a panel of so many lines is brought.</summary>
    public static PanelCut Cut(int width) => new(Threads, width, StepsAtOnce, M.StepsOfCell);

    /// <summary>Rounds what a thread has brought, and puts it into the panel. As <see cref="Panels{T}.Put"/>.</summary>
    public static void Put(ArrayView<int> panel, PanelShare share, bool stepsAreNeighbours, int width) => CellPanel<M>.Put(panel, share, Cut(width), stepsAreNeighbours, width + Pad);

    // What is read lies at fixed distances from one place each: the assembler then adds nothing for it.
    /// <summary>Adds left · right, over all cells of the panels, for the blocks of a thread's warp.</summary>
    public static WarpSums Multiply(ArrayView<int> leftPanel, ArrayView<int> rightPanel, WarpSums sums)
    {
        ArrayView<int> left = leftPanel.SubView(Place.Within(Group.IdxX, 4) * (Rows + Pad) + FirstRow);
        ArrayView<int> right = rightPanel.SubView(Place.Within(Group.IdxX, 4) * (Columns + Pad) + FirstColumn + Place.Within(Group.IdxX, Warp) / 4);
        for (int cell = 0; cell < StepsAtOnce / M.StepsOfCell; cell += CellsOfBlock)
        {
            RightCells a = Right(right, cell, 0), b = W.Across > 1 ? Right(right, cell, 1) : a;
            RightCells c = W.Across > 2 ? Right(right, cell, 2) : a, d = W.Across > 2 ? Right(right, cell, 3) : a;
            sums.A = Add(sums.A, Left(left, cell, 0), a, b, c, d);
            if (W.Down > 1) sums.B = Add(sums.B, Left(left, cell, 1), a, b, c, d);
            if (W.Down > 2) sums.C = Add(sums.C, Left(left, cell, 2), a, b, c, d);
            if (W.Down > 2) sums.D = Add(sums.D, Left(left, cell, 3), a, b, c, d);
        }
        return sums;
    }

    static BlockRow Add(BlockRow sums, LeftCells left, RightCells a, RightCells b, RightCells c, RightCells d)
    {
        sums.A = M.MultiplyAdd(sums.A, left, a);
        if (W.Across > 1) sums.B = M.MultiplyAdd(sums.B, left, b);
        if (W.Across > 2) sums.C = M.MultiplyAdd(sums.C, left, c);
        if (W.Across > 2) sums.D = M.MultiplyAdd(sums.D, left, d);
        return sums;
    }

    static LeftCells Left(ArrayView<int> own, int cell, int block)
    {
        int near = cell * (Rows + Pad) + block * RowsOfBlock, far = near + 4 * (Rows + Pad);
        return new(own[near], own[near + 8], own[far], own[far + 8]);
    }

    static RightCells Right(ArrayView<int> own, int cell, int block)
    {
        int near = cell * (Columns + Pad) + block * ColumnsOfBlock;
        return new(own[near], own[near + 4 * (Columns + Pad)]);
    }

    /// <summary>Writes the blocks of a thread's warp.</summary>
    public static void Write<P>(P product, ProductShape shape, ProductTile tile, WarpSums sums) where P : struct, IProduct
    {
        int row = tile.FirstRow + FirstRow;
        Write(product, shape, tile, row, sums.A);
        if (W.Down > 1) Write(product, shape, tile, row + RowsOfBlock, sums.B);
        if (W.Down > 2) Write(product, shape, tile, row + 2 * RowsOfBlock, sums.C);
        if (W.Down > 2) Write(product, shape, tile, row + 3 * RowsOfBlock, sums.D);
    }

    static void Write<P>(P product, ProductShape shape, ProductTile tile, int row, BlockRow sums) where P : struct, IProduct
    {
        int column = tile.FirstColumn + FirstColumn + Place.Within(Group.IdxX, 4) * 2;
        Write(product, shape, tile, row, column, sums.A);
        if (W.Across > 1) Write(product, shape, tile, row, column + ColumnsOfBlock, sums.B);
        if (W.Across > 2) Write(product, shape, tile, row, column + 2 * ColumnsOfBlock, sums.C);
        if (W.Across > 2) Write(product, shape, tile, row, column + 3 * ColumnsOfBlock, sums.D);
    }

    static void Write<P>(P product, ProductShape shape, ProductTile tile, int row, int column, Float4 sums) where P : struct, IProduct
    {
        Float4 added = new(WithinEdges<P>.Added(product, shape, tile, row, column), WithinEdges<P>.Added(product, shape, tile, row, column + 1),
            WithinEdges<P>.Added(product, shape, tile, row + 8, column), WithinEdges<P>.Added(product, shape, tile, row + 8, column + 1));
        WithinEdges<P>.Write(product, shape, tile, row, column, sums.A, added.A);
        WithinEdges<P>.Write(product, shape, tile, row, column + 1, sums.B, added.B);
        WithinEdges<P>.Write(product, shape, tile, row + 8, column, sums.C, added.C);
        WithinEdges<P>.Write(product, shape, tile, row + 8, column + 1, sums.D, added.D);
    }

    // Of the tile, for this thread's warp; the row is the thread's own.
    static int FirstRow => Group.IdxX / Warp / W.WarpsAcross * W.Down * RowsOfBlock + Place.Within(Group.IdxX, Warp) / 4;
    static int FirstColumn => Place.Within(Group.IdxX / Warp, W.WarpsAcross) * W.Across * ColumnsOfBlock;
}

/// <summary>A thread's sums of four neighbouring blocks. A struct, because an array that is indexed by what the assembler does not know lies in memory.</summary>
struct BlockRow
{
    public Float4 A, B, C, D;
}

/// <summary>A thread's sums of four rows of blocks.</summary>
struct WarpSums
{
    public BlockRow A, B, C, D;
}
