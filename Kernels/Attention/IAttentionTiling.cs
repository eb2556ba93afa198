namespace NativeSsl.Kernels;

/// <summary>How attention on tensor cores is cut: a team of some warps, each with 16 queries, to which keys come by in blocks.</summary>
interface IAttentionTiling
{
    static abstract int Warps { get; }

    /// <summary>16 or 64: so many that a thread brings two shares of four fours of them.</summary>
    static abstract int Keys { get; }
}

/// <summary>For the simulator, whose threads are those of an operating system.</summary>
readonly struct AttentionTiles1 : IAttentionTiling
{
    public static int Warps => 1;
    public static int Keys => 16;
}

/// <summary>For GPUs: 64 queries.</summary>
readonly struct AttentionTiles4 : IAttentionTiling
{
    public static int Warps => 4;
    public static int Keys => 64;
}
