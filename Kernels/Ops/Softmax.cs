namespace NativeSsl.Kernels;

/// <summary>A team to each row.</summary>
static class SoftmaxKernels<T> where T : struct, ITeam
{
    public static void Forward(Floats x, Floats y, int width)
    {
        Floats input = x.SubView((long)Grid.IdxX * width, width), output = y.SubView((long)Grid.IdxX * width, width);
        float max = Team.LargestOf<T>(input, width), sum = 0f;
        for (int i = Group.IdxX; i < width; i += Group.DimX)
        {
            float e = DeviceMath.Exp(input[i] - max);
            output[i] = e;
            sum += e;
        }
        sum = Team.Sum<T>(sum);
        for (int i = Group.IdxX; i < width; i += Group.DimX) output[i] /= sum;
    }

    public static void Backward(Floats y, Floats dy, Floats dx, int width)
    {
        long start = (long)Grid.IdxX * width, end = start + width;
        float dot = 0f;
        for (long i = start + Group.IdxX; i < end; i += Group.DimX) dot += y[i] * dy[i];
        dot = Team.Sum<T>(dot);
        for (long i = start + Group.IdxX; i < end; i += Group.DimX) dx[i] = y[i] * (dy[i] - dot);
    }
}

public sealed partial class GpuBackend
{
    /// <inheritdoc/>
    public void Softmax(Tensor x, Tensor y) =>
        Launch(_hasWarps ? SoftmaxKernels<WarpTeam>.Forward : SoftmaxKernels<SharedTeam>.Forward, Rows(x), View(x), View(y), x.Shape[-1]);

    /// <inheritdoc/>
    public void SoftmaxGrad(Tensor y, Tensor dy, Tensor dx) =>
        Launch(_hasWarps ? SoftmaxKernels<WarpTeam>.Backward : SoftmaxKernels<SharedTeam>.Backward, Rows(y), View(y), View(dy), View(dx), y.Shape[-1]);
}
