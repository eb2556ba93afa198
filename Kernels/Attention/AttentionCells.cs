namespace NativeSsl.Kernels;

/// <summary>A thread's sums of eight neighbouring blocks of 16 × 8: of scores, by keys, or of outputs, by places of the width.</summary>
struct EightBlocks
{
    public Float4 A, B, C, D, E, F, G, H;
}

/// <summary>A thread's part of 16 queries: eight cells at once, up to eight times.</summary>
struct QueryCells
{
    public LeftCells A, B, C, D, E, F, G, H;
}

/// <summary>
/// The two products of attention for a warp of 16 queries. Of a block a thread with number 4 g + t has rows g and g + 8 at columns 2 t and 2 t + 1 (<see cref="ITensorCore"/>); so what it has of the
/// weights of two keys is what it has to give as a left factor, if key 2 t counts as step t and key 2 t + 1 as step t + 4. The order of keys in a sum is free, and weights never leave registers.
/// Dao 2023, “FlashAttention-2”, section 3.3.
/// </summary>
static class AttentionCells<M, W> where M : struct, ITensorCore where W : struct, IAttentionTiling
{
    /// <summary>The widest heads.</summary>
    internal const int MostWidth = 64, MostPanel = MostWidth * (MostWidth + 8);
    const int Warp = 32, CellsOfBlock = 8;

    internal static int Threads => W.Warps * Warp;
    internal static int Rows => W.Warps * 16;

    // The eight rows and four columns that a warp reads at once lie in 32 banks: of keys, and of values in BFloat16, cells that follow each other, of values in TensorFloat32 every other one.
    internal static int KeyPitch => W.Keys + 8;
    internal static int ValuePitch => MostWidth + (M.StepsOfCell > 1 ? 8 : 4);

    /// <summary>Half of the width of the keys of a block.</summary>
    public static PanelCut KeyCut => new(Threads, W.Keys, MostWidth / 2, M.StepsOfCell);

    /// <summary>Half of the values of a block, at all places of the width.</summary>
    public static PanelCut ValueCut => new(Threads, MostWidth, W.Keys / 2, M.StepsOfCell);

    /// <summary>g: a thread's first row of the warp's 16; the second one is eight further.</summary>
    internal static int Row => Place.Within(Group.IdxX, Warp) / 4;

    /// <summary>2 t: the first of a thread's two columns in each block.</summary>
    internal static int Column => Place.Within(Group.IdxX, 4) * 2;

    /// <summary>What a thread has to know of the queries.</summary>
    public static QueryCells Queries(HeadOnDevice q, int near, int queryEnd, int width)
    {
        QueryCells cells = default;
        cells.A = Query(q, near, queryEnd, 0, width);
        cells.B = Query(q, near, queryEnd, 1, width);
        cells.C = Query(q, near, queryEnd, 2, width);
        cells.D = Query(q, near, queryEnd, 3, width);
        if (M.StepsOfCell > 1) return cells;
        cells.E = Query(q, near, queryEnd, 4, width);
        cells.F = Query(q, near, queryEnd, 5, width);
        cells.G = Query(q, near, queryEnd, 6, width);
        cells.H = Query(q, near, queryEnd, 7, width);
        return cells;
    }

    static LeftCells Query(HeadOnDevice q, int near, int queryEnd, int group, int width)
    {
        int cell = group * CellsOfBlock + Column / 2;
        return new(Cell(q, near, queryEnd, cell, width), Cell(q, near + 8, queryEnd, cell, width), Cell(q, near, queryEnd, cell + 4, width), Cell(q, near + 8, queryEnd, cell + 4, width));
    }

    static int Cell(HeadOnDevice q, int time, int timeEnd, int cell, int width)
    {
        int first = cell * M.StepsOfCell, last = first + M.StepsOfCell - 1;
        return M.Cell(time < timeEnd & first < width ? q[time, first] : 0f, time < timeEnd & last < width ? q[time, last] : 0f);
    }

    /// <summary>Scores of a block of keys, before they are scaled.</summary>
    public static EightBlocks Scores(QueryCells queries, ArrayView<int> keys, int width)
    {
        ArrayView<int> own = keys.SubView(Column / 2 * KeyPitch + Row);
        EightBlocks sums = AddKeys(default, queries.A, own, 0);
        if (width > 1 * CellsOfBlock * M.StepsOfCell) sums = AddKeys(sums, queries.B, own, 1);
        if (width > 2 * CellsOfBlock * M.StepsOfCell) sums = AddKeys(sums, queries.C, own, 2);
        if (width > 3 * CellsOfBlock * M.StepsOfCell) sums = AddKeys(sums, queries.D, own, 3);
        if (M.StepsOfCell > 1) return sums;
        if (width > 4 * CellsOfBlock) sums = AddKeys(sums, queries.E, own, 4);
        if (width > 5 * CellsOfBlock) sums = AddKeys(sums, queries.F, own, 5);
        if (width > 6 * CellsOfBlock) sums = AddKeys(sums, queries.G, own, 6);
        if (width > 7 * CellsOfBlock) sums = AddKeys(sums, queries.H, own, 7);
        return sums;
    }

    static EightBlocks AddKeys(EightBlocks sums, LeftCells queries, ArrayView<int> own, int group)
    {
        int near = group * CellsOfBlock * KeyPitch, far = near + 4 * KeyPitch;
        sums.A = M.MultiplyAdd(sums.A, queries, new(own[near], own[far]));
        sums.B = M.MultiplyAdd(sums.B, queries, new(own[near + 8], own[far + 8]));
        if (W.Keys <= 16) return sums;
        sums.C = M.MultiplyAdd(sums.C, queries, new(own[near + 16], own[far + 16]));
        sums.D = M.MultiplyAdd(sums.D, queries, new(own[near + 24], own[far + 24]));
        sums.E = M.MultiplyAdd(sums.E, queries, new(own[near + 32], own[far + 32]));
        sums.F = M.MultiplyAdd(sums.F, queries, new(own[near + 40], own[far + 40]));
        sums.G = M.MultiplyAdd(sums.G, queries, new(own[near + 48], own[far + 48]));
        sums.H = M.MultiplyAdd(sums.H, queries, new(own[near + 56], own[far + 56]));
        return sums;
    }

    /// <summary>Adds the values of a block of keys, each with its weight.</summary>
    public static EightBlocks Mix(EightBlocks sums, EightBlocks weights, ArrayView<int> values, int width)
    {
        ArrayView<int> own = values.SubView((M.StepsOfCell > 1 ? Column / 2 : Column) * ValuePitch + Row);
        sums = AddValues(sums, weights.A, weights.B, own, 0, width);
        if (W.Keys <= 16) return sums;
        sums = AddValues(sums, weights.C, weights.D, own, 16, width);
        sums = AddValues(sums, weights.E, weights.F, own, 32, width);
        return AddValues(sums, weights.G, weights.H, own, 48, width);
    }

    // Of 16 keys: a cell holds two of them, or one.
    static EightBlocks AddValues(EightBlocks sums, Float4 near, Float4 far, ArrayView<int> own, int key, int width)
    {
        if (M.StepsOfCell > 1)
            return AddValues(sums, new(M.Cell(near.A, near.B), M.Cell(near.C, near.D), M.Cell(far.A, far.B), M.Cell(far.C, far.D)), own, key / 2 * ValuePitch, 4 * ValuePitch, width);
        sums = AddValues(sums, Each(near), own, key * ValuePitch, ValuePitch, width);
        return AddValues(sums, Each(far), own, (key + 8) * ValuePitch, ValuePitch, width);
    }

    static LeftCells Each(Float4 weights) => new(M.Cell(weights.A, weights.A), M.Cell(weights.C, weights.C), M.Cell(weights.B, weights.B), M.Cell(weights.D, weights.D));

    static EightBlocks AddValues(EightBlocks sums, LeftCells weights, ArrayView<int> own, int at, int apart, int width)
    {
        sums.A = M.MultiplyAdd(sums.A, weights, new(own[at], own[at + apart]));
        if (width > 8) sums.B = M.MultiplyAdd(sums.B, weights, new(own[at + 8], own[at + 8 + apart]));
        if (width > 16) sums.C = M.MultiplyAdd(sums.C, weights, new(own[at + 16], own[at + 16 + apart]));
        if (width > 24) sums.D = M.MultiplyAdd(sums.D, weights, new(own[at + 24], own[at + 24 + apart]));
        if (width > 32) sums.E = M.MultiplyAdd(sums.E, weights, new(own[at + 32], own[at + 32 + apart]));
        if (width > 40) sums.F = M.MultiplyAdd(sums.F, weights, new(own[at + 40], own[at + 40 + apart]));
        if (width > 48) sums.G = M.MultiplyAdd(sums.G, weights, new(own[at + 48], own[at + 48 + apart]));
        if (width > 56) sums.H = M.MultiplyAdd(sums.H, weights, new(own[at + 56], own[at + 56 + apart]));
        return sums;
    }
}
