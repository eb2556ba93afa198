namespace NativeSsl.Kernels;

/// <summary>A team to each row.</summary>
static class LogSoftmaxKernels<T> where T : struct, ITeam
{
    public static void Forward(Floats x, Floats y, int width)
    {
        Floats input = x.SubView((long)Grid.IdxX * width, width), output = y.SubView((long)Grid.IdxX * width, width);
        float max = Team.LargestOf<T>(input, width), sum = 0f;
        for (int i = Group.IdxX; i < width; i += Group.DimX) sum += DeviceMath.Exp(input[i] - max);
        float log = DeviceMath.Log(Team.Sum<T>(sum));
        for (int i = Group.IdxX; i < width; i += Group.DimX) output[i] = input[i] - max - log;
    }

    public static void Backward(Floats y, Floats dy, Floats dx, int width)
    {
        long start = (long)Grid.IdxX * width, end = start + width;
        float sum = 0f;
        for (long i = start + Group.IdxX; i < end; i += Group.DimX) sum += dy[i];
        sum = Team.Sum<T>(sum);
        for (long i = start + Group.IdxX; i < end; i += Group.DimX) dx[i] = dy[i] - DeviceMath.Exp(y[i]) * sum;
    }
}

public sealed partial class GpuBackend
{
    /// <inheritdoc/>
    public void LogSoftmax(Tensor x, Tensor y) =>
        Launch(_hasWarps ? LogSoftmaxKernels<WarpTeam>.Forward : LogSoftmaxKernels<SharedTeam>.Forward, Rows(x), View(x), View(y), x.Shape[-1]);

    /// <inheritdoc/>
    public void LogSoftmaxGrad(Tensor y, Tensor dy, Tensor dx) =>
        Launch(_hasWarps ? LogSoftmaxKernels<WarpTeam>.Backward : LogSoftmaxKernels<SharedTeam>.Backward, Rows(y),
            View(y), View(dy), View(dx), y.Shape[-1]);
}
