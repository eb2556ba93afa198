namespace NativeSsl.Kernels;

/// <summary>A team to each row.</summary>
static class SoftCrossEntropyKernels<T> where T : struct, ITeam
{
    public static void Forward(Floats x, Floats t, Floats losses, Floats statistics, int width)
    {
        long row = Grid.IdxX;
        Floats input = x.SubView(row * width, width), target = t.SubView(row * width, width);
        float max = Team.LargestOf<T>(input, width), sum = 0f, loss = 0f;
        for (int i = Group.IdxX; i < width; i += Group.DimX) sum += DeviceMath.Exp(input[i] - max);
        sum = Team.Sum<T>(sum);
        float log = DeviceMath.Log(sum);
        for (int i = Group.IdxX; i < width; i += Group.DimX) loss += target[i] * (max - input[i] + log);
        loss = Team.Sum<T>(loss);
        if (Group.IdxX != 0) return;
        statistics[2 * row] = max;
        statistics[2 * row + 1] = sum;
        losses[row] = loss;
    }

    public static void Backward(Floats x, Floats t, Floats statistics, Floats dy, Floats dx, Floats dt, int width, long rows)
    {
        long row = Grid.IdxX, start = row * width, end = start + width;
        float max = statistics[2 * row], sum = statistics[2 * row + 1], scale = dy[0] / rows, mass = 0f, log = DeviceMath.Log(sum);
        for (long i = start + Group.IdxX; i < end; i += Group.DimX) mass += t[i];
        mass = Team.Sum<T>(mass);
        for (long i = start + Group.IdxX; i < end; i += Group.DimX)
        {
            dx[i] = (DeviceMath.Exp(x[i] - max) / sum * mass - t[i]) * scale;
            dt[i] = (log - (x[i] - max)) * scale;
        }
    }
}

public sealed partial class GpuBackend
{
    /// <inheritdoc/>
    public void SoftCrossEntropy(Tensor x, Tensor t, Tensor loss, Tensor statistics)
    {
        Tensor losses = Tensor.Empty(this, [checked((int)x.Shape.Rows)]);
        Launch(_hasWarps ? SoftCrossEntropyKernels<WarpTeam>.Forward : SoftCrossEntropyKernels<SharedTeam>.Forward, Rows(x),
            View(x), View(t), View(losses), View(statistics), x.Shape[-1]);
        Mean(losses, x.Shape.Rows, loss);
    }

    /// <inheritdoc/>
    public void SoftCrossEntropyGrad(Tensor x, Tensor t, Tensor statistics, Tensor dy, Tensor dx, Tensor dt) =>
        Launch(_hasWarps ? SoftCrossEntropyKernels<WarpTeam>.Backward : SoftCrossEntropyKernels<SharedTeam>.Backward, Rows(x),
            View(x), View(t), View(statistics), View(dy), View(dx), View(dt), x.Shape[-1], x.Shape.Rows);
}
