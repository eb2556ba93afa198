namespace NativeSsl;

// c[i,j] = Σₖ a[i,k] b[k,j]

public partial interface IBackend
{
    /// <summary>
    /// c ← a b, or c ← c + a b, for every pair of matrices. Shapes: a <c>[..., rows, steps]</c>, b <c>[..., steps, columns]</c> with the
    /// same leading axes, or one of the two without any, c <c>[..., rows, columns]</c>;
    /// a transposed operand has its last two axes exchanged.
    /// </summary>
    void MatMul(Tensor a, Tensor b, Tensor c, bool transposeA, bool transposeB, bool accumulate);
}

public sealed partial class CpuBackend
{
    /// <inheritdoc/>
    public unsafe void MatMul(Tensor a, Tensor b, Tensor c, bool transposeA, bool transposeB, bool accumulate)
    {
        int rows = c.Shape[-2], columns = c.Shape[-1], steps = a.Shape[transposeA ? -2 : -1];
        int items = checked((int)c.Shape.Span(0, c.Shape.Rank - 2));
        bool sharesA = a.Shape.Rank == 2, sharesB = b.Shape.Rank == 2;
        if (sharesB && !sharesA && !transposeA) (rows, items) = (checked(rows * items), 1);           // one tall matrix instead of many
        Product product = new()
        {
            Rows = rows, Columns = columns, Steps = steps,
            A = Matrix.Of(Floats(a), a.Shape[-1], transposeA),
            B = Matrix.Of(Floats(b), b.Shape[-1], transposeB),
            C = Matrix.Of(Floats(c), columns, false),
            Accumulate = accumulate,
        };
        Compute(product, items, sharesA ? 0 : (nint)rows * steps, sharesB ? 0 : (nint)steps * columns, (nint)rows * columns);
    }
}
