namespace NativeSsl.Kernels;

/// <summary>How attention on tensor cores is cut: a team of some warps, each with 16 rows (queries, or keys for the gradient of keys and values), to which the others come by in blocks of columns.</summary>
interface IAttentionTiling
{
    static abstract int Warps { get; }

    /// <summary>16, 32 or 64.</summary>
    static abstract int Columns { get; }
}

/// <summary>For gradients, which have three panels in shared memory instead of two, and two factors in registers: at most 32 columns.</summary>
interface IAttentionSlopeTiling : IAttentionTiling;

/// <summary>For the simulator, whose threads are those of an operating system.</summary>
readonly struct AttentionTiles1 : IAttentionSlopeTiling
{
    public static int Warps => 1;
    public static int Columns => 16;
}

/// <summary>For GPUs: 64 × 64.</summary>
readonly struct AttentionTiles4 : IAttentionTiling
{
    public static int Warps => 4;
    public static int Columns => 64;
}

/// <summary>For gradients on GPUs: 64 × 32.</summary>
readonly struct AttentionSlopeTiles4 : IAttentionSlopeTiling
{
    public static int Warps => 4;
    public static int Columns => 32;
}
