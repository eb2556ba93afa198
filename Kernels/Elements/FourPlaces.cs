namespace NativeSsl.Kernels;

/// <summary>
/// How an operand is read by fours along rows that may be broadcast: neighbours, or one for all of a row. A thread that handles four elements needs a quarter of the
/// divisions, and has four times as many bytes under way, without which the memory of a large GPU is not kept busy.
/// </summary>
readonly struct FourPlaces
{
    readonly int _rowStride, _isOne;

    FourPlaces(Places places) => (_rowStride, _isOne) = ((int)(places.RowCount == 1 ? 0 : places.RowStride), places.Stride == 0 ? 1 : 0);

    public Float4 Of(Floats x, int row, int column)
    {
        long start = (long)row * _rowStride;
        return _isOne != 0 ? Float4.Of(x[start]) : x.Cast<Float4>()[start / Float4.Count + column];
    }

    /// <summary>Both operands, if their rows can be cut into fours: whole fours, of neighbours or of one number, in no more than two axes.</summary>
    public static bool Fit(Walk walk, out FourPlaces left, out FourPlaces right)
    {
        (left, right) = (new(walk.Left), new(walk.Right));
        return walk.Width % Float4.Count == 0 && walk.Width * walk.Left.RowCount == walk.Count && walk.Count <= int.MaxValue
            && walk.Left.Stride is 0 or 1 && walk.Right.Stride is 0 or 1;
    }
}
