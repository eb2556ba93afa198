namespace NativeSsl.Kernels;

/// <summary>
/// How a product is cut: a team of <see cref="Threads"/> makes a tile of <see cref="Rows"/> × <see cref="Columns"/>, each thread <see cref="Side"/> × <see cref="Side"/>
/// of it. Threads · Side² = Rows · Columns.
/// </summary>
interface ITiling
{
    static abstract int Threads { get; }
    static abstract int Rows { get; }
    static abstract int Columns { get; }
    static abstract int Side { get; }
}

/// <summary>A whole tile of it fits into shared memory beside the panels.</summary>
interface ISmallTiling : ITiling;

/// <summary>A team of so many threads that a multiprocessor has room for two, if they keep to half of its registers.</summary>
interface ILargeTeam;

/// <summary>For the simulator, whose threads are those of an operating system.</summary>
readonly struct Tiles32 : ISmallTiling
{
    public static int Threads => 32;
    public static int Rows => 32;
    public static int Columns => 16;
    public static int Side => 4;
}

/// <summary>For OpenCL, and for products that have too few large tiles.</summary>
readonly struct Tiles64 : ISmallTiling
{
    public static int Threads => 64;
    public static int Rows => 64;
    public static int Columns => 64;
    public static int Side => 8;
}

/// <summary>For results of a few columns: the gradient of an image, or what a decoder makes of it, has three, and would leave most of a square tile empty.</summary>
readonly struct NarrowTiles : ITiling
{
    public static int Threads => 64;
    public static int Rows => 128;
    public static int Columns => 8;
    public static int Side => 4;
}

/// <summary>For large GPUs.</summary>
readonly struct Tiles256 : ITiling, ILargeTeam
{
    public static int Threads => 256;
    public static int Rows => 128;
    public static int Columns => 128;
    public static int Side => 8;
}
