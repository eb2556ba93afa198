namespace NativeSsl.Kernels;

static class ClipKernels
{
    internal const int ElementsPerThread = 1024;

    public static void SquaredNorm(Floats x, Floats sums, long count, long threads)
    {
        long thread = Grid.GlobalLinearIndex;
        if (thread >= threads) return;
        float sum = 0f;
        long start = thread * ElementsPerThread, end = start + ElementsPerThread;
        for (long i = start; i < end && i < count; i++) sum += x[i] * x[i];
        sums[thread] = sum;
    }

    public static void Shrink(Floats x, float factor, long count)
    {
        long i = Grid.GlobalLinearIndex;
        if (i < count) x[i] *= factor;
    }
}

public sealed partial class GpuBackend
{
    /// <inheritdoc/>
    public double SquaredNorm(Tensor x)
    {
        long threads = (x.Shape.Count + ClipKernels.ElementsPerThread - 1) / ClipKernels.ElementsPerThread;
        Tensor sums = Tensor.Empty(this, [checked((int)threads)]);
        Launch(ClipKernels.SquaredNorm, threads, View(x), View(sums), x.Shape.Count, threads);
        double total = 0;
        foreach (float sum in sums.ToArray()) total += sum;
        return total;
    }

    /// <inheritdoc/>
    public void Shrink(Tensor x, float factor) => Launch(ClipKernels.Shrink, x.Shape.Count, View(x), factor, x.Shape.Count);
}
