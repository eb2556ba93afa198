namespace NativeSsl.Kernels;

/// <summary>What attention on tensor cores reads, keeps in shared memory, and writes.</summary>
static class AttentionPanels<M, W> where M : struct, ITensorCore where W : struct, IAttentionTiling
{
    /// <summary>The widest heads.</summary>
    internal const int MostWidth = 64;
    internal const int CellsOfBlock = 8;
    const int Warp = 32;

    /// <summary>Of shared memory, for a block of up to 64 columns, and of up to 32.</summary>
    internal const int MostPanel = MostWidth * (64 + 8), MostPanelOf32 = MostWidth * (32 + 8);

    internal static int Threads => W.Warps * Warp;
    internal static int Rows => W.Warps * 16;

    // The eight lines and four cells that a warp reads at once lie in 32 banks: cells that follow each other, but of what is mixed in TensorFloat32 every other one.
    internal static int ColumnPitch => W.Columns + 8;
    internal static int MixPitch => MostWidth + (M.StepsOfCell > 1 ? 8 : 4);

    // Half of the width of a block's columns; half of what a block's columns are mixed from, at all places of the width.
    static PanelCut ColumnCut => new(Threads, W.Columns, MostWidth / 2, M.StepsOfCell);
    static PanelCut MixCut => new(Threads, MostWidth, W.Columns / 2, M.StepsOfCell);

    /// <summary>Reads a thread's share of a block of columns, to be multiplied with rows.</summary>
    public static TwoShares ReadColumns<E>(HeadOnDevice<E> head, int first, int end, int width) where E : struct, INumbers =>
        new(PanelShare.Read(new HeadByTime<E>(head), ColumnCut, first, end, 0, width), PanelShare.Read(new HeadByTime<E>(head), ColumnCut, first, end, MostWidth / 2, width));

    /// <summary>Reads a thread's share of a block of columns, to be mixed with weights.</summary>
    public static TwoShares ReadMix<E>(HeadOnDevice<E> head, int first, int end, int width) where E : struct, INumbers =>
        new(PanelShare.Read(new HeadByPlace<E>(head), MixCut, 0, width, first, end), PanelShare.Read(new HeadByPlace<E>(head), MixCut, 0, width, first + W.Columns / 2, end));

    /// <summary>Puts away what <see cref="ReadColumns"/> brought.</summary>
    public static void PutColumns(ArrayView<int> panel, TwoShares shares)
    {
        CellPanel<M>.Put(panel, shares.Near, ColumnCut, true, ColumnPitch);
        CellPanel<M>.Put(panel.SubView(MostWidth / 2 / M.StepsOfCell * ColumnPitch).AsAligned(16), shares.Far, ColumnCut, true, ColumnPitch);
    }

    /// <summary>Puts away what <see cref="ReadMix"/> brought.</summary>
    public static void PutMix(ArrayView<int> panel, TwoShares shares)
    {
        CellPanel<M>.Put(panel, shares.Near, MixCut, false, MixPitch);
        CellPanel<M>.Put(panel.SubView(W.Columns / 2 / M.StepsOfCell * MixPitch).AsAligned(16), shares.Far, MixCut, false, MixPitch);
    }

    /// <summary>g: a thread's first row of the warp's 16; the second one is eight further.</summary>
    internal static int Row => Place.Within(Group.IdxX, Warp) / 4;

    /// <summary>2 t: the first of a thread's two columns in each block.</summary>
    internal static int Column => Place.Within(Group.IdxX, 4) * 2;

    /// <summary>What a thread has to know of the rows.</summary>
    public static RowCells ReadRows<E>(HeadOnDevice<E> head, int near, int end, int width) where E : struct, INumbers
    {
        RowCells cells = default;
        cells.A = CellsOf(head, near, end, 0, width);
        cells.B = CellsOf(head, near, end, 1, width);
        cells.C = CellsOf(head, near, end, 2, width);
        cells.D = CellsOf(head, near, end, 3, width);
        if (M.StepsOfCell > 1) return cells;
        cells.E = CellsOf(head, near, end, 4, width);
        cells.F = CellsOf(head, near, end, 5, width);
        cells.G = CellsOf(head, near, end, 6, width);
        cells.H = CellsOf(head, near, end, 7, width);
        return cells;
    }

    static LeftCells CellsOf<E>(HeadOnDevice<E> head, int near, int end, int group, int width) where E : struct, INumbers
    {
        int cell = group * CellsOfBlock + Column / 2;
        return new(Cell(head, near, end, cell, width), Cell(head, near + 8, end, cell, width), Cell(head, near, end, cell + 4, width), Cell(head, near + 8, end, cell + 4, width));
    }

    static int Cell<E>(HeadOnDevice<E> head, int time, int end, int cell, int width) where E : struct, INumbers
    {
        int first = cell * M.StepsOfCell, last = first + M.StepsOfCell - 1;
        return M.Cell(time < end & first < width ? head[time, first] : 0f, time < end & last < width ? head[time, last] : 0f);
    }

    /// <summary>Writes outputs to their rows.</summary>
    public static void Write<E>(HeadOnDevice<E> head, int near, int end, int width, EightBlocks output) where E : struct, INumbers
    {
        Write(head, near, end, 0, width, output.A);
        Write(head, near, end, 8, width, output.B);
        Write(head, near, end, 16, width, output.C);
        Write(head, near, end, 24, width, output.D);
        Write(head, near, end, 32, width, output.E);
        Write(head, near, end, 40, width, output.F);
        Write(head, near, end, 48, width, output.G);
        Write(head, near, end, 56, width, output.H);
    }

    static void Write<E>(HeadOnDevice<E> head, int near, int end, int place, int width, Float4 block) where E : struct, INumbers
    {
        WritePair(head, near, end, place + Column, width, block.A, block.B);
        WritePair(head, near + 8, end, place + Column, width, block.C, block.D);
    }

    static void WritePair<E>(HeadOnDevice<E> head, int row, int end, int place, int width, float left, float right) where E : struct, INumbers
    {
        if (row < end & place < width) head[row, place] = left;
        if (row < end & place + 1 < width) head[row, place + 1] = right;
    }
}
