namespace NativeSsl.Kernels;

/// <summary>A team to each row, and one that adds the rows up.</summary>
static class CrossEntropyKernels<T> where T : struct, ITeam
{
    public static void Forward(Floats x, Ints targets, int ignoreIndex, float smoothing, Floats losses, Floats statistics, int width)
    {
        long row = Grid.IdxX;
        int target = targets[row];
        if (target == ignoreIndex)                                  // for the whole team
        {
            if (Group.IdxX == 0) losses[row] = 0f;
            return;
        }
        Floats input = x.SubView(row * width, width);
        float max = Team.LargestOf<T>(input, width), sum = 0f, below = 0f;
        for (int i = Group.IdxX; i < width; i += Group.DimX)
        {
            sum += DeviceMath.Exp(input[i] - max);
            below += max - input[i];
        }
        sum = Team.Sum<T>(sum);
        below = Team.Sum<T>(below);
        if (Group.IdxX != 0) return;
        statistics[2 * row] = max;
        statistics[2 * row + 1] = sum;
        float loss = DeviceMath.Log(sum) + (1f - smoothing) * (max - input[target]);
        losses[row] = smoothing > 0f ? loss + smoothing / width * below : loss;
    }

    // Kahan's summation in each thread: what an addition rounds away is added to the next.
    public static void Mean(Floats values, Floats mean, long rows, long counted)
    {
        float sum = 0f, lost = 0f;
        for (long row = Group.IdxX; row < rows; row += Group.DimX)
        {
            float value = values[row] - lost, next = sum + value;
            lost = next - next == 0f ? next - sum - value : 0f;     // nothing can be lost of an infinity
            sum = next;
        }
        sum = Team.Sum<T>(sum);
        if (Group.IdxX == 0) mean[0] = counted == 0 ? 0f : sum / counted;
    }
}

/// <summary>A thread to each element.</summary>
static class CrossEntropySlopeKernels
{
    public static void Backward(
        Floats x, Ints targets, int ignoreIndex, float smoothing, long counted, Floats statistics, Floats dy, Floats dx, int width, long count)
    {
        long i = Grid.GlobalLinearIndex;
        if (i >= count) return;
        long row = i / width;
        int target = targets[row];
        float max = statistics[2 * row], sum = statistics[2 * row + 1], scale = counted == 0 ? 0f : dy[0] / counted;
        float t = (i - row * width == target ? 1f - smoothing : 0f) + smoothing / width;
        dx[i] = target == ignoreIndex ? 0f : (DeviceMath.Exp(x[i] - max) / sum - t) * scale;
    }
}

public sealed partial class GpuBackend
{
    /// <inheritdoc/>
    public void CrossEntropy(Tensor x, Labels labels, Tensor loss, Tensor statistics)
    {
        Tensor losses = Tensor.Empty(this, labels.Targets.Shape);
        Launch(_hasWarps ? CrossEntropyKernels<WarpTeam>.Forward : CrossEntropyKernels<SharedTeam>.Forward, Rows(x),
            View(x), View(labels.Targets), labels.IgnoreIndex, labels.Smoothing, View(losses), View(statistics), x.Shape[-1]);
        Mean(losses, labels.Counted, loss);
    }

    /// <inheritdoc/>
    public void CrossEntropyGrad(Tensor x, Labels labels, Tensor statistics, Tensor dy, Tensor dx)
    {
        if (x.Shape.Count > 0)
            Launch(CrossEntropySlopeKernels.Backward, x.Shape.Count,
                View(x), View(labels.Targets), labels.IgnoreIndex, labels.Smoothing, labels.Counted, View(statistics), View(dy), View(dx),
                x.Shape[-1], x.Shape.Count);
    }

    // Σ values / counted, 0 if none were counted.
    void Mean(Tensor values, long counted, Tensor mean) =>
        Launch(_hasWarps ? CrossEntropyKernels<WarpTeam>.Mean : CrossEntropyKernels<SharedTeam>.Mean, Teams(1, values.Shape.Count),
            View(values), View(mean), values.Shape.Count, counted);
}
