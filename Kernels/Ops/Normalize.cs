namespace NativeSsl.Kernels;

/// <summary>Naive: one thread for each row.</summary>
static class NormalizeKernels
{
    public static void Forward(Floats x, float epsilon, Floats y, Floats norms, int width, long rows)
    {
        long row = Grid.GlobalLinearIndex;
        if (row >= rows) return;
        float squares = 0f;
        for (long i = row * width; i < (row + 1) * width; i++) squares += x[i] * x[i];
        float norm = MathF.Sqrt(squares);
        norm = norm < epsilon ? epsilon : norm;
        norms[row] = norm;
        for (long i = row * width; i < (row + 1) * width; i++) y[i] = x[i] / norm;
    }

    public static void Backward(Floats y, float epsilon, Floats norms, Floats dy, Floats dx, int width, long rows)
    {
        long row = Grid.GlobalLinearIndex;
        if (row >= rows) return;
        float dot = 0f;
        for (long i = row * width; i < (row + 1) * width; i++) dot += dy[i] * y[i];
        dot = norms[row] <= epsilon ? 0f : dot;
        for (long i = row * width; i < (row + 1) * width; i++) dx[i] = (dy[i] - y[i] * dot) / norms[row];
    }
}

public sealed partial class GpuBackend
{
    /// <inheritdoc/>
    public void Normalize(Tensor x, float epsilon, Tensor y, Tensor norms) =>
        Launch(NormalizeKernels.Forward, x.Shape.Rows, View(x), epsilon, View(y), View(norms), x.Shape[-1], x.Shape.Rows);

    /// <inheritdoc/>
    public void NormalizeGrad(Tensor y, float epsilon, Tensor norms, Tensor dy, Tensor dx) =>
        Launch(NormalizeKernels.Backward, y.Shape.Rows, View(y), epsilon, View(norms), View(dy), View(dx), y.Shape[-1], y.Shape.Rows);
}
