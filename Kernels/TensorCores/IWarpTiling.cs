namespace NativeSsl.Kernels;

/// <summary>How a product on tensor cores is cut: a team of some warps makes a tile, each warp <see cref="Down"/> × <see cref="Across"/> blocks of 16 × 8 of it.</summary>
interface IWarpTiling
{
    static abstract int WarpsDown { get; }
    static abstract int WarpsAcross { get; }

    /// <summary>1, 2 or 4.</summary>
    static abstract int Down { get; }

    /// <summary>1, 2 or 4.</summary>
    static abstract int Across { get; }
}

/// <summary>For the simulator, whose threads are those of an operating system: 16 × 16.</summary>
readonly struct WarpTiles1 : IWarpTiling
{
    public static int WarpsDown => 1;
    public static int WarpsAcross => 1;
    public static int Down => 1;
    public static int Across => 2;
}

/// <summary>For products that have too few large tiles: 64 × 64.</summary>
readonly struct WarpTiles4 : IWarpTiling
{
    public static int WarpsDown => 2;
    public static int WarpsAcross => 2;
    public static int Down => 2;
    public static int Across => 4;
}

/// <summary>128 × 128.</summary>
readonly struct WarpTiles8 : IWarpTiling, ILargeTeam
{
    public static int WarpsDown => 2;
    public static int WarpsAcross => 4;
    public static int Down => 4;
    public static int Across => 4;
}
