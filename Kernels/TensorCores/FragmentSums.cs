namespace NativeSsl.Kernels;

/// <summary>A thread's sums of eight neighbouring blocks of 16 × 8.</summary>
struct FragmentRow
{
    public BlockRow Near, Far;
}

/// <summary>A thread's sums of four rows of blocks.</summary>
struct FragmentSums
{
    public FragmentRow A, B, C, D;
}
