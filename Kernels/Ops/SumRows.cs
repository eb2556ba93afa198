namespace NativeSsl.Kernels;

/// <summary>Naive: one thread for each column.</summary>
static class SumRowsKernels
{
    public static void Sum(Floats x, Floats y, long rows, int columns, int accumulate)
    {
        long column = Grid.GlobalLinearIndex;
        if (column >= columns) return;
        float sum = 0f;
        for (long row = 0; row < rows; row++) sum += x[row * columns + column];
        y[column] = accumulate != 0 ? y[column] + sum : sum;
    }
}

public sealed partial class GpuBackend
{
    /// <inheritdoc/>
    public void SumRows(Tensor x, Tensor y, bool accumulate) =>
        Launch(SumRowsKernels.Sum, x.Shape[-1], View(x), View(y), x.Shape.Rows, x.Shape[-1], accumulate ? 1 : 0);
}
