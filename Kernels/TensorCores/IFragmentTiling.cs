namespace NativeSsl.Kernels;

/// <summary>How a product of fragments is cut: a team of some warps makes a square tile, each warp a square of blocks of 16 × 16 of it.</summary>
interface IFragmentTiling
{
    /// <summary>Of the tile, one beside another; as many stand one below another.</summary>
    static abstract int WarpsOfSide { get; }

    /// <summary>Blocks of a warp's side: 1 or 4.</summary>
    static abstract int BlocksOfSide { get; }
}

/// <summary>For the simulator, whose threads are those of an operating system: 16 × 16.</summary>
readonly struct FragmentTiles1 : IFragmentTiling
{
    public static int WarpsOfSide => 1;
    public static int BlocksOfSide => 1;
}

/// <summary>128 × 128, of which each of four warps has 64 × 64: for each instruction it reads a third less of shared memory than one of 64 × 32.</summary>
readonly struct FragmentTiles4 : IFragmentTiling
{
    public static int WarpsOfSide => 2;
    public static int BlocksOfSide => 4;
}
