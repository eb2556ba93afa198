namespace NativeSsl;

/// <summary>A matrix on bare pointers: element (i, j) lies at <c>Start + i · RowStride + j · ColumnStride</c>.
/// One of the strides is 1.</summary>
internal unsafe struct Matrix(float* start, nint rowStride, nint columnStride)
{
    internal float* Start = start;
    internal nint RowStride = rowStride, ColumnStride = columnStride;

    internal static Matrix Of(float* start, int columns, bool transposed) => transposed ? new(start, 1, columns) : new(start, columns, 1);

    internal readonly float* At(nint row, nint column) => Start + row * RowStride + column * ColumnStride;
    internal readonly Matrix From(nint row, nint column) => new(At(row, column), RowStride, ColumnStride);

    /// <summary>Whether rows are contiguous, so that sixteen columns are one load.</summary>
    internal readonly bool HasRows => ColumnStride == 1;
}

/// <summary>c ← a b, or c ← c + a b, or c ← activation(a b + bias) + residual. Shapes:
/// a <c>[Rows, Steps]</c>, b <c>[Steps, Columns]</c>, c <c>[Rows, Columns]</c>.</summary>
internal unsafe struct Product
{
    internal int Rows, Columns, Steps;
    internal Matrix A, B, C;

    /// <summary>Whether to add to c.</summary>
    internal bool Accumulate;

    /// <summary>One number for each column, or null.</summary>
    internal float* Bias;

    /// <summary>A matrix laid out like c, added last, or null.</summary>
    internal float* Residual;

    /// <summary>A matrix laid out like c that receives a b + bias, before the activation, or null.</summary>
    internal float* Before;

    internal Activation Activation;

    internal readonly bool HasEpilogue => Residual != null || Before != null || Activation != Activation.None;

    /// <summary>One of several products that lie at equal distances.</summary>
    internal readonly Product Item(int item, nint aStride, nint bStride, nint cStride)
    {
        Product one = this;
        one.A.Start += item * aStride;
        one.B.Start += item * bStride;
        one.C.Start += item * cStride;
        return one;
    }

    internal readonly double Work => (double)Rows * Columns * Steps;
}
