namespace NativeSsl.Kernels;

/// <summary>Naive: one thread for each row, and a single one that adds the rows up.</summary>
static class CrossEntropyKernels
{
    public static void Forward(
        Floats x, Ints targets, int ignoreIndex, float smoothing, Floats losses, Floats statistics, int width, long rows)
    {
        long row = Grid.GlobalLinearIndex;
        if (row >= rows) return;
        losses[row] = 0f;
        int target = targets[row];
        if (target == ignoreIndex) return;

        Floats input = x.SubView(row * width, width);
        float max = float.NegativeInfinity, sum = 0f, below = 0f;
        for (int i = 0; i < width; i++) max = input[i] > max ? input[i] : max;
        for (int i = 0; i < width; i++)
        {
            sum += LaneMath.Exp(new Scalar(input[i] - max)).Value;
            below += max - input[i];
        }
        statistics[2 * row] = max;
        statistics[2 * row + 1] = sum;
        float loss = LaneMath.Log(new Scalar(sum)).Value + (1f - smoothing) * (max - input[target]);
        losses[row] = smoothing > 0f ? loss + smoothing / width * below : loss;
    }

    public static void Backward(
        Floats x, Ints targets, int ignoreIndex, float smoothing, long counted, Floats statistics, Floats dy,
        Floats dx, int width, long rows)
    {
        long row = Grid.GlobalLinearIndex;
        if (row >= rows) return;
        int target = targets[row];
        float max = statistics[2 * row], sum = statistics[2 * row + 1], scale = counted == 0 ? 0f : dy[0] / counted;
        for (int i = 0; i < width; i++)
        {
            float t = (i == target ? 1f - smoothing : 0f) + smoothing / width;
            dx[row * width + i] = target == ignoreIndex ? 0f : (LaneMath.Exp(new Scalar(x[row * width + i] - max)).Value / sum - t) * scale;
        }
    }

    public static void Mean(Floats values, Floats mean, long rows, long counted)
    {
        if (Grid.GlobalLinearIndex != 0) return;
        float sum = 0f, lost = 0f;                                  // Kahan's summation: what an addition rounds away is added to the next
        for (long row = 0; row < rows; row++)
        {
            float value = values[row] - lost, next = sum + value;
            lost = next - next == 0f ? next - sum - value : 0f;     // nothing can be lost of an infinity
            sum = next;
        }
        mean[0] = counted == 0 ? 0f : sum / counted;
    }
}

public sealed partial class GpuBackend
{
    /// <inheritdoc/>
    public void CrossEntropy(Tensor x, Labels labels, Tensor loss, Tensor statistics)
    {
        long rows = x.Shape.Rows;
        Tensor losses = Tensor.Empty(this, labels.Targets.Shape);
        if (rows > 0)
            Launch(CrossEntropyKernels.Forward, rows,
                View(x), View(labels.Targets), labels.IgnoreIndex, labels.Smoothing, View(losses), View(statistics), x.Shape[-1], rows);
        Launch(CrossEntropyKernels.Mean, 1, View(losses), View(loss), rows, labels.Counted);
    }

    /// <inheritdoc/>
    public void CrossEntropyGrad(Tensor x, Labels labels, Tensor statistics, Tensor dy, Tensor dx)
    {
        if (x.Shape.Rows > 0)
            Launch(CrossEntropyKernels.Backward, x.Shape.Rows,
                View(x), View(labels.Targets), labels.IgnoreIndex, labels.Smoothing, labels.Counted, View(statistics), View(dy), View(dx),
                x.Shape[-1], x.Shape.Rows);
    }
}
