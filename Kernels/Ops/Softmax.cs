namespace NativeSsl.Kernels;

/// <summary>Naive: one thread for each row.</summary>
static class SoftmaxKernels
{
    public static void Forward(Floats x, Floats y, int width, long rows)
    {
        long row = Grid.GlobalLinearIndex;
        if (row >= rows) return;
        Floats input = x.SubView(row * width, width), output = y.SubView(row * width, width);

        float max = float.NegativeInfinity, sum = 0f;
        for (int i = 0; i < width; i++) max = input[i] > max ? input[i] : max;
        for (int i = 0; i < width; i++)
        {
            float e = LaneMath.Exp(new Scalar(input[i] - max)).Value;
            output[i] = e;
            sum += e;
        }
        for (int i = 0; i < width; i++) output[i] /= sum;
    }

    public static void Backward(Floats y, Floats dy, Floats dx, int width, long rows)
    {
        long row = Grid.GlobalLinearIndex;
        if (row >= rows) return;
        float dot = 0f;
        for (int i = 0; i < width; i++) dot += y[row * width + i] * dy[row * width + i];
        for (int i = 0; i < width; i++) dx[row * width + i] = y[row * width + i] * (dy[row * width + i] - dot);
    }
}

public sealed partial class GpuBackend
{
    /// <inheritdoc/>
    public void Softmax(Tensor x, Tensor y) =>
        Launch(SoftmaxKernels.Forward, x.Shape.Rows, View(x), View(y), x.Shape[-1], x.Shape.Rows);

    /// <inheritdoc/>
    public void SoftmaxGrad(Tensor y, Tensor dy, Tensor dx) =>
        Launch(SoftmaxKernels.Backward, y.Shape.Rows, View(y), View(dy), View(dx), y.Shape[-1], y.Shape.Rows);
}
