namespace NativeSsl.Kernels;

/// <summary>Naive: one thread for each row.</summary>
static class SoftCrossEntropyKernels
{
    public static void Forward(Floats x, Floats t, Floats losses, Floats statistics, int width, long rows)
    {
        long row = Grid.GlobalLinearIndex;
        if (row >= rows) return;
        Floats input = x.SubView(row * width, width), target = t.SubView(row * width, width);
        float max = float.NegativeInfinity, sum = 0f, loss = 0f;
        for (int i = 0; i < width; i++) max = input[i] > max ? input[i] : max;
        for (int i = 0; i < width; i++) sum += LaneMath.Exp(new Scalar(input[i] - max)).Value;
        float log = LaneMath.Log(new Scalar(sum)).Value;
        for (int i = 0; i < width; i++) loss += target[i] * (max - input[i] + log);
        statistics[2 * row] = max;
        statistics[2 * row + 1] = sum;
        losses[row] = loss;
    }

    public static void Backward(Floats x, Floats t, Floats statistics, Floats dy, Floats dx, Floats dt, int width, long rows)
    {
        long row = Grid.GlobalLinearIndex;
        if (row >= rows) return;
        float max = statistics[2 * row], sum = statistics[2 * row + 1], scale = dy[0] / rows, mass = 0f;
        float log = LaneMath.Log(new Scalar(sum)).Value;
        for (long i = row * width; i < (row + 1) * width; i++) mass += t[i];
        for (long i = row * width; i < (row + 1) * width; i++)
        {
            dx[i] = (LaneMath.Exp(new Scalar(x[i] - max)).Value / sum * mass - t[i]) * scale;
            dt[i] = (log - (x[i] - max)) * scale;
        }
    }
}

public sealed partial class GpuBackend
{
    /// <inheritdoc/>
    public void SoftCrossEntropy(Tensor x, Tensor t, Tensor loss, Tensor statistics)
    {
        long rows = x.Shape.Rows;
        Tensor losses = Tensor.Empty(this, [checked((int)rows)]);
        if (rows > 0)
            Launch(SoftCrossEntropyKernels.Forward, rows, View(x), View(t), View(losses), View(statistics), x.Shape[-1], rows);
        Launch(CrossEntropyKernels.Mean, 1, View(losses), View(loss), rows, rows);
    }

    /// <inheritdoc/>
    public void SoftCrossEntropyGrad(Tensor x, Tensor t, Tensor statistics, Tensor dy, Tensor dx, Tensor dt)
    {
        if (x.Shape.Rows > 0)
            Launch(SoftCrossEntropyKernels.Backward, x.Shape.Rows,
                View(x), View(t), View(statistics), View(dy), View(dx), View(dt), x.Shape[-1], x.Shape.Rows);
    }
}
