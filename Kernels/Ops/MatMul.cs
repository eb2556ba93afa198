namespace NativeSsl.Kernels;

/// <summary>Naive: one thread for each element of c. Strides say which operand is transposed,
/// and which is one matrix for all items.</summary>
static class MatMulKernels
{
    public static void Product(Floats a, Floats b, Floats c, long count, int rows, int columns, int steps, long aItem, long bItem,
        int transposeA, int transposeB, int accumulate)
    {
        long index = Grid.GlobalLinearIndex;
        if (index >= count) return;
        long column = index % columns, row = index / columns % rows, item = index / columns / rows;
        long aRow = transposeA != 0 ? 1 : steps, aStep = transposeA != 0 ? rows : 1, bStep = transposeB != 0 ? 1 : columns,
            bColumn = transposeB != 0 ? steps : 1;
        float sum = accumulate != 0 ? c[index] : 0f;
        for (long k = 0; k < steps; k++) sum += a[item * aItem + row * aRow + k * aStep] * b[item * bItem + k * bStep + column * bColumn];
        c[index] = sum;
    }
}

public sealed partial class GpuBackend
{
    /// <inheritdoc/>
    public void MatMul(Tensor a, Tensor b, Tensor c, bool transposeA, bool transposeB, bool accumulate)
    {
        int rows = c.Shape[-2], columns = c.Shape[-1], steps = a.Shape[transposeA ? -2 : -1];
        long aItem = a.Shape.Rank == 2 ? 0 : (long)rows * steps, bItem = b.Shape.Rank == 2 ? 0 : (long)steps * columns;
        Launch(MatMulKernels.Product, c.Shape.Count, View(a), View(b), View(c), c.Shape.Count, rows, columns, steps, aItem, bItem,
            transposeA ? 1 : 0, transposeB ? 1 : 0, accumulate ? 1 : 0);
    }
}
