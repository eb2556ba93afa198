namespace NativeSsl.Kernels;

/// <summary>A thread's sums of eight neighbouring blocks of 16 × 8, or of the first of them: of scores, or of outputs.</summary>
struct EightBlocks
{
    public Float4 A, B, C, D, E, F, G, H;
}

/// <summary>A thread's part of 16 rows of numbers: eight cells at once, up to eight times.</summary>
struct RowCells
{
    public LeftCells A, B, C, D, E, F, G, H;
}

/// <summary>What a thread brings of a block of columns: of both halves.</summary>
readonly struct TwoShares(PanelShare near, PanelShare far)
{
    public PanelShare Near => near;
    public PanelShare Far => far;
}
