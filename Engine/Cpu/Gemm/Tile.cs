namespace NativeSsl;

/// <summary>
/// One tile of a product: c[r, j] ← Σₖ a[r, k] · b[k, j], optionally plus what <see cref="Plus"/> points at. Strides are in floats. Because
/// a has a stride for both of its axes, a matrix and its transpose are the same to the kernel, and neither needs to be copied.
/// </summary>
internal unsafe struct Tile
{
    /// <summary>The first element of a; the distance from one row, and from one k, to the next.</summary>
    internal float* A;
    internal nint RowStride, StepStride;

    /// <summary>The first row of b, and the distance to the next. Whole registers are read:
    /// up to 15 floats behind the last column.</summary>
    internal float* B;
    internal nint BStride;

    /// <summary>The first element of c, and the distance to its next row.</summary>
    internal float* C;
    internal nint CStride;

    /// <summary>Null; or c itself, to add to it; or a bias, with stride 0; or any other matrix of c's shape.</summary>
    internal float* Plus;
    internal nint PlusStride;

    /// <summary>The length of the sum, or of each stretch of it.</summary>
    internal int Steps;

    /// <summary>How many stretches the sum has, zero counting as one, and how many floats of a and of b lie between two of them.
    /// A convolution adds up a stretch for each row of its kernel.</summary>
    internal int Segments;
    internal nint SkipA, SkipB;

    /// <summary>How many columns of the last group of sixteen exist: 1…16. The others are computed, but never stored.</summary>
    internal int LastColumns;
}
