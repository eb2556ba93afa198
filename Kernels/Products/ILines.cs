namespace NativeSsl.Kernels;

/// <summary>Lines of numbers that are multiplied with other lines, step by step: the rows of a left factor, or the columns of a right one.</summary>
interface ILines
{
    /// <summary>In the device's memory; lines are otherwise.</summary>
    bool StepsAreNeighbours { get; }

    /// <summary>Four neighbours may be read at once, from every multiple of four.</summary>
    bool ByFours { get; }

    /// <summary>The number at a place.</summary>
    float At(long place);

    /// <summary>Four neighbours, from a place that is a multiple of four.</summary>
    Float4 FourAt(long place);

    /// <summary>The place of a number; less than zero: it is zero, and has none.</summary>
    long Place(int line, int step);
}

/// <summary>The rows of a product's left factor.</summary>
readonly struct LeftLines<P>(P product, int item) : ILines where P : struct, IProduct
{
    public bool StepsAreNeighbours => !product.LeftLiesTurned;
    public bool ByFours => product.LeftByFours;
    public float At(long place) => product.LeftAt(place);
    public Float4 FourAt(long place) => product.LeftFourAt(place);
    public long Place(int line, int step) => product.LeftPlace(item, line, step);
}

/// <summary>The columns of a product's right factor.</summary>
readonly struct RightLines<P>(P product, int item) : ILines where P : struct, IProduct
{
    public bool StepsAreNeighbours => product.RightLiesTurned;
    public bool ByFours => product.RightByFours;
    public float At(long place) => product.RightAt(place);
    public Float4 FourAt(long place) => product.RightFourAt(place);
    public long Place(int line, int step) => product.RightPlace(item, step, line);
}
