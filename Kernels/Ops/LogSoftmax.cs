namespace NativeSsl.Kernels;

/// <summary>Naive: one thread for each row.</summary>
static class LogSoftmaxKernels
{
    public static void Forward(Floats x, Floats y, int width, long rows)
    {
        long row = Grid.GlobalLinearIndex;
        if (row >= rows) return;
        Floats input = x.SubView(row * width, width), output = y.SubView(row * width, width);

        float max = float.NegativeInfinity, sum = 0f;
        for (int i = 0; i < width; i++) max = input[i] > max ? input[i] : max;
        for (int i = 0; i < width; i++) sum += LaneMath.Exp(new Scalar(input[i] - max)).Value;
        float log = LaneMath.Log(new Scalar(sum)).Value;
        for (int i = 0; i < width; i++) output[i] = input[i] - max - log;
    }

    public static void Backward(Floats y, Floats dy, Floats dx, int width, long rows)
    {
        long row = Grid.GlobalLinearIndex;
        if (row >= rows) return;
        float sum = 0f;
        for (long i = row * width; i < (row + 1) * width; i++) sum += dy[i];
        for (long i = row * width; i < (row + 1) * width; i++) dx[i] = dy[i] - LaneMath.Exp(new Scalar(y[i])).Value * sum;
    }
}

public sealed partial class GpuBackend
{
    /// <inheritdoc/>
    public void LogSoftmax(Tensor x, Tensor y) =>
        Launch(LogSoftmaxKernels.Forward, x.Shape.Rows, View(x), View(y), x.Shape[-1], x.Shape.Rows);

    /// <inheritdoc/>
    public void LogSoftmaxGrad(Tensor y, Tensor dy, Tensor dx) =>
        Launch(LogSoftmaxKernels.Backward, y.Shape.Rows, View(y), View(dy), View(dx), y.Shape[-1], y.Shape.Rows);
}
