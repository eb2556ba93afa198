namespace NativeSsl.Kernels;

/// <summary>A matrix's lines.</summary>
/// <param name="data">Its numbers.</param>
/// <param name="lines">How many.</param>
/// <param name="steps">Of a line.</param>
/// <param name="stepsAreNeighbours">One if they are, zero if lines are.</param>
/// <param name="byFours">One if four neighbours may be read at once, from every multiple of four.</param>
readonly struct MatrixLines(Floats data, int lines, int steps, int stepsAreNeighbours, int byFours) : ILines
{
    public bool StepsAreNeighbours => stepsAreNeighbours != 0;
    public bool ByFours => byFours != 0;
    public Floats Data => data;
    public long Place(int line, int step) => StepsAreNeighbours ? Kernels.Place.Of(line, steps, step) : Kernels.Place.Of(step, lines, line);

    /// <summary>Four steps of a line, from a multiple of four; zero beyond the edges.</summary>
    public Float4 FourSteps(int line, int step)
    {
        if (StepsAreNeighbours & ByFours) return line < lines & step < steps ? Float4.At(data, Place(line, step) / 4) : Float4.Of(0f);
        return new(PanelShare.One(this, line, lines, step, steps), PanelShare.One(this, line, lines, step + 1, steps), PanelShare.One(this, line, lines, step + 2, steps), PanelShare.One(this, line, lines, step + 3, steps));
    }
}

/// <summary>A product whose factors are matrices, of which each number is read in one place, not worked out as the patches of a convolution are.</summary>
interface IMatrixProduct : IProduct
{
    /// <summary>The rows of the left factor, of the first item.</summary>
    MatrixLines LeftLines { get; }

    /// <summary>The columns of the right factor, of the first item.</summary>
    MatrixLines RightLines { get; }
}
