namespace NativeSsl.Kernels;

/// <summary>Which norm of rows a gradient belongs to; x̂ = (x − μ) r + s. A type parameter of kernels.</summary>
interface INorm
{
    /// <summary>Whether the mean of a row was taken away, and so leaves a sum in the gradient; and whether there may be a β.</summary>
    static abstract bool IsCentred { get; }

    /// <summary>What the forward pass has kept of a row.</summary>
    static abstract NormOfRow Of(Floats statistics, long row);
}

/// <summary>μ, r and s of a row, as <c>Engine/Ops/LayerNorm.cs</c> has them.</summary>
readonly struct NormOfRow(float mean, float reciprocal, float shift)
{
    public float Mean => mean;
    public float Reciprocal => reciprocal;
    public float Shift => shift;
}

/// <summary>Of a row <c>[3]</c>: all three.</summary>
readonly struct OfLayer : INorm
{
    public static bool IsCentred => true;
    public static NormOfRow Of(Floats statistics, long row) => new(statistics[3 * row], statistics[3 * row + 1], statistics[3 * row + 2]);
}

/// <summary>Of a row r alone.</summary>
readonly struct OfRootMeanSquare : INorm
{
    public static bool IsCentred => false;
    public static NormOfRow Of(Floats statistics, long row) => new(0f, statistics[row], 0f);
}
