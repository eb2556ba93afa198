namespace NativeSsl.Kernels;

/// <summary>
/// The two products of attention for a warp of 16 rows, queries or keys, to which the others come by in columns. Of a block a thread with number 4 g + t has rows g and g + 8 at columns 2 t and
/// 2 t + 1 (<see cref="ITensorCore"/>); so what it has of the weights of two columns is what it has to give as a left factor, if column 2 t counts as step t and column 2 t + 1 as step t + 4. The order
/// of columns in a sum is free, and weights never leave registers.
/// Dao 2023, “FlashAttention-2”, section 3.3.
/// </summary>
static class AttentionCells<M, W> where M : struct, ITensorCore where W : struct, IAttentionTiling
{
    const int CellsOfBlock = AttentionPanels<M, W>.CellsOfBlock;

    static int ColumnPitch => AttentionPanels<M, W>.ColumnPitch;
    static int MixPitch => AttentionPanels<M, W>.MixPitch;

    /// <summary>Each row with each column of a block.</summary>
    public static EightBlocks Product(RowCells rows, ArrayView<int> columns, int width)
    {
        ArrayView<int> own = columns.SubView(AttentionPanels<M, W>.Column / 2 * ColumnPitch + AttentionPanels<M, W>.Row);
        EightBlocks sums = AddColumns(default, rows.A, own, 0);
        if (width > 1 * CellsOfBlock * M.StepsOfCell) sums = AddColumns(sums, rows.B, own, 1);
        if (width > 2 * CellsOfBlock * M.StepsOfCell) sums = AddColumns(sums, rows.C, own, 2);
        if (width > 3 * CellsOfBlock * M.StepsOfCell) sums = AddColumns(sums, rows.D, own, 3);
        if (M.StepsOfCell > 1) return sums;
        if (width > 4 * CellsOfBlock) sums = AddColumns(sums, rows.E, own, 4);
        if (width > 5 * CellsOfBlock) sums = AddColumns(sums, rows.F, own, 5);
        if (width > 6 * CellsOfBlock) sums = AddColumns(sums, rows.G, own, 6);
        if (width > 7 * CellsOfBlock) sums = AddColumns(sums, rows.H, own, 7);
        return sums;
    }

    static EightBlocks AddColumns(EightBlocks sums, LeftCells rows, ArrayView<int> own, int group)
    {
        int near = group * CellsOfBlock * ColumnPitch, far = near + 4 * ColumnPitch;
        sums.A = M.MultiplyAdd(sums.A, rows, new(own[near], own[far]));
        sums.B = M.MultiplyAdd(sums.B, rows, new(own[near + 8], own[far + 8]));
        if (W.Columns <= 16) return sums;
        sums.C = M.MultiplyAdd(sums.C, rows, new(own[near + 16], own[far + 16]));
        sums.D = M.MultiplyAdd(sums.D, rows, new(own[near + 24], own[far + 24]));
        if (W.Columns <= 32) return sums;
        sums.E = M.MultiplyAdd(sums.E, rows, new(own[near + 32], own[far + 32]));
        sums.F = M.MultiplyAdd(sums.F, rows, new(own[near + 40], own[far + 40]));
        sums.G = M.MultiplyAdd(sums.G, rows, new(own[near + 48], own[far + 48]));
        sums.H = M.MultiplyAdd(sums.H, rows, new(own[near + 56], own[far + 56]));
        return sums;
    }

    /// <summary>Adds what belongs to a block of columns, each with its weight.</summary>
    public static EightBlocks Mix(EightBlocks sums, EightBlocks weights, ArrayView<int> mix, int width)
    {
        ArrayView<int> own = mix.SubView((M.StepsOfCell > 1 ? AttentionPanels<M, W>.Column / 2 : AttentionPanels<M, W>.Column) * MixPitch + AttentionPanels<M, W>.Row);
        sums = AddMix(sums, weights.A, weights.B, own, 0, width);
        if (W.Columns <= 16) return sums;
        sums = AddMix(sums, weights.C, weights.D, own, 16, width);
        if (W.Columns <= 32) return sums;
        sums = AddMix(sums, weights.E, weights.F, own, 32, width);
        return AddMix(sums, weights.G, weights.H, own, 48, width);
    }

    // Of 16 columns: a cell holds two of them, or one.
    static EightBlocks AddMix(EightBlocks sums, Float4 near, Float4 far, ArrayView<int> own, int column, int width)
    {
        if (M.StepsOfCell > 1)
            return AddMix(sums, new(M.Cell(near.A, near.B), M.Cell(near.C, near.D), M.Cell(far.A, far.B), M.Cell(far.C, far.D)), own, column / 2 * MixPitch, 4 * MixPitch, width);
        sums = AddMix(sums, Each(near), own, column * MixPitch, MixPitch, width);
        return AddMix(sums, Each(far), own, (column + 8) * MixPitch, MixPitch, width);
    }

    static LeftCells Each(Float4 weights) => new(M.Cell(weights.A, weights.A), M.Cell(weights.C, weights.C), M.Cell(weights.B, weights.B), M.Cell(weights.D, weights.D));

    static EightBlocks AddMix(EightBlocks sums, LeftCells weights, ArrayView<int> own, int at, int apart, int width)
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
