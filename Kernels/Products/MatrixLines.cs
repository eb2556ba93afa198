namespace NativeSsl.Kernels;

/// <summary>A matrix's lines.</summary>
/// <param name="numbers">Its numbers.</param>
/// <param name="lines">How many.</param>
/// <param name="steps">Of a line.</param>
/// <param name="stepsAreNeighbours">One if they are, zero if lines are.</param>
/// <param name="byFours">One if four neighbours may be read at once, from every multiple of four.</param>
readonly struct MatrixLines<E>(E numbers, int lines, int steps, int stepsAreNeighbours, int byFours) : ILines where E : struct, INumbers
{
    public bool StepsAreNeighbours => stepsAreNeighbours != 0;
    public bool ByFours => byFours != 0;
    public float At(long place) => numbers.At(place);
    public Float4 FourAt(long place) => numbers.FourAt(place / 4);
    public long Place(int line, int step) => StepsAreNeighbours ? Kernels.Place.Of(line, steps, step) : Kernels.Place.Of(step, lines, line);

    /// <summary>The same lines, of numbers that are stored otherwise.</summary>
    public MatrixLines<T> Of<T>(T others) where T : struct, INumbers => new(others, lines, steps, stepsAreNeighbours, byFours);

    /// <summary>Four steps of a line, from a multiple of four; zero beyond the edges.</summary>
    public Float4 FourSteps(int line, int step)
    {
        if (StepsAreNeighbours & ByFours) return line < lines & step < steps ? FourAt(Place(line, step)) : Float4.Of(0f);
        return new(PanelShare.One(this, line, lines, step, steps), PanelShare.One(this, line, lines, step + 1, steps), PanelShare.One(this, line, lines, step + 2, steps), PanelShare.One(this, line, lines, step + 3, steps));
    }
}

/// <summary>A product whose factors are matrices, of which each number is read in one place, not worked out as the patches of a convolution are.</summary>
interface IMatrixProduct : IProduct
{
    /// <summary>The rows of the left factor, of the first item.</summary>
    MatrixLines<Float32Numbers> LeftLines { get; }

    /// <summary>The columns of the right factor, of the first item.</summary>
    MatrixLines<Float32Numbers> RightLines { get; }
}
