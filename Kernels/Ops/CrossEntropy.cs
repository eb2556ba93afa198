namespace NativeSsl.Kernels;

/// <summary>A team to each row.</summary>
static class CrossEntropyKernels<T, V> where T : struct, ITeam where V : struct, IPack<V>
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
        int packs = width / V.Count;
        long start = (long)Grid.IdxX * packs;
        Normalizer normalizer = Normalizer.Of<T, V>(x, start, packs);
        float max = normalizer.Max, sum = normalizer.Sum, below = smoothing > 0f ? Below(x, start, packs, max) : 0f;
        if (Group.IdxX != 0) return;
        statistics[2 * row] = max;
        statistics[2 * row + 1] = sum;
        float loss = DeviceMath.Log(sum) + (1f - smoothing) * (max - x[row * width + target]);
        losses[row] = smoothing > 0f ? loss + smoothing / width * below : loss;
    }

    // Σ max − x, for smoothed labels alone
    static float Below(Floats x, long start, int packs, float max)
    {
        V depths = V.Of(0f);
        for (int i = Group.IdxX; i < packs; i += Group.DimX) depths += V.Of(max) - V.At(x, start + i);
        return Team.Sum<T, V>(depths);
    }
}

/// <summary>A team that adds the rows up.</summary>
static class MeanLossKernels<T> where T : struct, ITeam
{
    public static void Mean(Floats values, Floats mean, long rows, long counted)
    {
        float sum = Sum(values, rows);
        if (Group.IdxX == 0) mean[0] = counted == 0 ? 0f : sum / counted;
    }

    public static void MeanOfCounted(Floats values, Floats mean, long rows, Ints counted)
    {
        float sum = Sum(values, rows);
        if (Group.IdxX == 0) mean[0] = counted[0] == 0 ? 0f : sum / counted[0];
    }

    // Kahan's summation in each thread: what an addition rounds away is added to the next.
    static float Sum(Floats values, long rows)
    {
        float sum = 0f, lost = 0f;
        for (long row = Group.IdxX; row < rows; row += Group.DimX)
        {
            float value = values[row] - lost, next = sum + value;
            lost = next - next == 0f ? next - sum - value : 0f;     // nothing can be lost of an infinity
            sum = next;
        }
        return Team.Sum<T>(sum);
    }
}

/// <summary>A thread to each pack of a row.</summary>
static class CrossEntropySlopeKernels<V> where V : struct, IPack<V>
{
    public static void Backward(
        Floats x, Ints targets, int ignoreIndex, float smoothing, Ints counted, Floats statistics, Floats dy, Floats dx, int width, long count)
    {
        int pack = (int)Grid.GlobalLinearIndex;
        if (pack >= count) return;
        int row = pack / (width / V.Count), first = (pack - row * (width / V.Count)) * V.Count, target = targets[row];
        V max = V.Of(statistics[2L * row]), sum = V.Of(statistics[2L * row + 1]), scale = V.Of(counted[0] == 0 ? 0f : dy[0] / counted[0]);
        V t = V.OneHot(target - first, 1f - smoothing) + V.Of(smoothing / width);
        V.Set(dx, pack, target == ignoreIndex ? V.Of(0f) : (V.Exp(V.At(x, pack) - max) / sum - t) * scale);
    }
}

public sealed partial class GpuBackend
{
    /// <inheritdoc/>
    public void CrossEntropy(Tensor x, Labels labels, Tensor loss, Tensor statistics)
    {
        Tensor losses = Tensor.Empty(this, labels.Targets.Shape);
        Launch(Choose(ByFours(x), CrossEntropyKernels<WarpTeam, Float4>.Forward, CrossEntropyKernels<WarpTeam, Float1>.Forward,
            CrossEntropyKernels<SharedTeam, Float4>.Forward, CrossEntropyKernels<SharedTeam, Float1>.Forward), Rows(x),
            View(x), View(labels.Targets), labels.IgnoreIndex, labels.Smoothing, View(losses), View(statistics), x.Shape[-1]);
        Launch(_hasWarps ? MeanLossKernels<WarpTeam>.MeanOfCounted : MeanLossKernels<SharedTeam>.MeanOfCounted, Teams(1, losses.Shape.Count),
            View(losses), View(loss), losses.Shape.Count, View(labels.Counted));
    }

    /// <inheritdoc/>
    public void CrossEntropyGrad(Tensor x, Labels labels, Tensor statistics, Tensor dy, Tensor dx)
    {
        if (x.Shape.Count == 0) return;
        bool byFours = ByFours(x, dx);
        long packs = byFours ? x.Shape.Count / Float4.Count : x.Shape.Count;
        Launch(byFours ? CrossEntropySlopeKernels<Float4>.Backward : CrossEntropySlopeKernels<Float1>.Backward, packs,
            View(x), View(labels.Targets), labels.IgnoreIndex, labels.Smoothing, View(labels.Counted), View(statistics), View(dy), View(dx), x.Shape[-1], packs);
    }

    // Σ values / counted, 0 if none were counted.
    void Mean(Tensor values, long counted, Tensor mean) =>
        Launch(_hasWarps ? MeanLossKernels<WarpTeam>.Mean : MeanLossKernels<SharedTeam>.Mean, Teams(1, values.Shape.Count),
            View(values), View(mean), values.Shape.Count, counted);
}
