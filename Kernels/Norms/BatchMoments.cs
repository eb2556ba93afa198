namespace NativeSsl.Kernels;

/// <summary>What batch norm sums over rows: one thread for each feature of each piece of rows, neighbouring threads on neighbouring features.
/// <see cref="BatchTotalKernels{T}"/> adds the pieces.</summary>
static class BatchMomentKernels
{
    internal const int RowsPerThread = 256;

    // m, Σ(x − m), Σ(x − m)² of a piece: the first sum is zero but for rounding, and corrects m.
    public static void Moments<X>(X x, Floats shares, int width, long rows, long threads) where X : struct, INumbers
    {
        long thread = Grid.GlobalLinearIndex;
        if (thread >= threads) return;
        long feature = thread % width, piece = thread / width, start = piece * RowsPerThread;
        long end = SumRowsKernels.RowEnd(start, RowsPerThread, rows);
        float mean = 0f, rest = 0f, squares = 0f;
        for (long row = start; row < end; row++) mean += x.At(row * width + feature);
        mean /= end - start;
        for (long row = start; row < end; row++)
        {
            float d = x.At(row * width + feature) - mean;
            rest += d;
            squares += d * d;
        }
        shares[3 * piece * width + feature] = mean;
        shares[(3 * piece + 1) * width + feature] = rest;
        shares[(3 * piece + 2) * width + feature] = squares;
    }

    public static void Move(Floats moments, Floats runningMean, Floats runningVariance, float momentum, float unbiased, int width)
    {
        long i = Grid.GlobalLinearIndex;
        if (i >= width) return;
        runningMean[i] += momentum * (moments[i] - runningMean[i]);
        runningVariance[i] += momentum * (moments[2L * width + i] * unbiased - runningVariance[i]);
    }

    public static void FromRunning(Floats runningMean, Floats runningVariance, Floats moments, int width)
    {
        long i = Grid.GlobalLinearIndex;
        if (i >= width) return;
        moments[i] = runningMean[i];
        moments[width + i] = 0f;
        moments[2L * width + i] = runningVariance[i];
    }

    // Bit 0 of which: there is a gamma; bit 1: there is a beta.
    public static void Statistics(Floats moments, Floats gamma, Floats beta, int which, float epsilon, Floats statistics, int width)
    {
        long i = Grid.GlobalLinearIndex;
        if (i >= width) return;
        float r = 1f / MathF.Sqrt(moments[2L * width + i] + epsilon), s = -moments[width + i] * r, g = (which & 1) != 0 ? gamma[i] : 1f;
        statistics[i] = moments[i];
        statistics[width + i] = r;
        statistics[2L * width + i] = s;
        statistics[3L * width + i] = g * r;
        statistics[4L * width + i] = g * s + ((which & 2) != 0 ? beta[i] : 0f);
    }

    public static void Sums<X, Y>(X x, Floats statistics, int mask, Y y, Floats dy, Floats g, int wanted, Floats shares, int width,
        long rows, long threads) where X : struct, INumbers where Y : struct, INumbers
    {
        long thread = Grid.GlobalLinearIndex;
        if (thread >= threads) return;
        long feature = thread % width, piece = thread / width, start = piece * RowsPerThread, end = SumRowsKernels.RowEnd(start, RowsPerThread, rows);
        float sum = 0f, dot = 0f;
        for (long row = start; row < end; row++)
        {
            long i = row * width + feature;
            float value = x.At(i), open = BatchNormElement.Open(mask, value, new BatchNormElement(statistics, width, feature), y.At(i), dy[i]);
            sum += open;
            dot += open * (value - statistics[feature]);
            if (wanted != 0) g[i] = open;
        }
        shares[2 * piece * width + feature] = sum;
        shares[(2 * piece + 1) * width + feature] = dot;
    }
}
