namespace NativeSsl.Kernels;

/// <summary>Naive: one thread for each stretch of elements, a team that adds them up;
/// for the gradient one for each element.</summary>
static class MeanSquaredErrorKernels
{
    public const int Stretch = 256;

    public static void Forward(Floats x, Floats t, Floats sums, long count)
    {
        long start = Grid.GlobalLinearIndex * Stretch;
        if (start >= count) return;
        float sum = 0f;
        for (long i = start; i < start + Stretch && i < count; i++) sum += (x[i] - t[i]) * (x[i] - t[i]);
        sums[start / Stretch] = sum;
    }

    public static void Backward(Floats x, Floats t, float factor, Floats dy, Floats dx, long count)
    {
        long i = Grid.GlobalLinearIndex;
        if (i < count) dx[i] = (x[i] - t[i]) * (factor * dy[0] / count);
    }
}

public sealed partial class GpuBackend
{
    /// <inheritdoc/>
    public void MeanSquaredError(Tensor x, Tensor t, Tensor loss)
    {
        long count = x.Shape.Count, stretches = (count + MeanSquaredErrorKernels.Stretch - 1) / MeanSquaredErrorKernels.Stretch;
        Tensor sums = Tensor.Empty(this, [checked((int)stretches)]);
        if (count > 0) Launch(MeanSquaredErrorKernels.Forward, stretches, View(x), View(t), View(sums), count);
        Mean(sums, count, loss);
    }

    /// <inheritdoc/>
    public void MeanSquaredErrorGrad(Tensor x, Tensor t, float factor, Tensor dy, Tensor dx)
    {
        long count = x.Shape.Count;
        if (count > 0) Launch(MeanSquaredErrorKernels.Backward, count, View(x), View(t), factor, View(dy), View(dx), count);
    }
}
