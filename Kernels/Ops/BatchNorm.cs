namespace NativeSsl.Kernels;

/// <summary>
/// Sums: one thread for each feature of each piece of rows, neighbouring threads on neighbouring features; then one for each feature, which
/// adds the pieces. The rest: one thread for each element.
/// </summary>
static class BatchNormKernels
{
    const int RowsPerThread = SumRowsKernels.RowsPerThread;

    // m, Σ(x − m), Σ(x − m)² of a piece: the first sum is zero but for rounding, and corrects m.
    public static void Moments(Floats x, Floats shares, int width, long rows, long threads)
    {
        long thread = Grid.GlobalLinearIndex;
        if (thread >= threads) return;
        long feature = thread % width, piece = thread / width, start = piece * RowsPerThread;
        long end = start + RowsPerThread < rows ? start + RowsPerThread : rows;
        float mean = 0f, rest = 0f, squares = 0f;
        for (long row = start; row < end; row++) mean += x[row * width + feature];
        mean /= end - start;
        for (long row = start; row < end; row++)
        {
            float d = x[row * width + feature] - mean;
            rest += d;
            squares += d * d;
        }
        shares[3 * piece * width + feature] = mean;
        shares[(3 * piece + 1) * width + feature] = rest;
        shares[(3 * piece + 2) * width + feature] = squares;
    }

    // Around the first piece's mean: x̄ = m₀ + Σ (n (m − m₀) + rest) / N, and Σ(x − x̄)² = Σ (squares + 2 d rest + n d²) with d = m − x̄.
    public static void Gather(Floats shares, Floats moments, int width, long rows, long pieces)
    {
        long feature = Grid.GlobalLinearIndex;
        if (feature >= width) return;
        float first = shares[feature], apart = 0f, squares = 0f;
        for (long piece = 0; piece < pieces; piece++)
            apart += RowsOf(piece, rows) * (shares[3 * piece * width + feature] - first) + shares[(3 * piece + 1) * width + feature];
        apart /= rows;
        for (long piece = 0; piece < pieces; piece++)
        {
            float d = shares[3 * piece * width + feature] - first - apart;
            squares += shares[(3 * piece + 2) * width + feature]
                + d * (2f * shares[(3 * piece + 1) * width + feature] + RowsOf(piece, rows) * d);
        }
        float mean = first + apart;
        moments[feature] = mean;
        moments[width + feature] = apart - (mean - first);
        moments[2L * width + feature] = (squares < 0f ? 0f : squares) / rows;
    }

    static float RowsOf(long piece, long rows)
    {
        long left = rows - piece * RowsPerThread;
        return left < RowsPerThread ? left : RowsPerThread;
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

    public static void Forward(Floats x, Floats statistics, int relu, Floats residual, int hasResidual, Floats y, int width, long count)
    {
        long i = Grid.GlobalLinearIndex;
        if (i >= count) return;
        float h = Affine(x, statistics, width, i) + (hasResidual != 0 ? residual[i] : 0f);
        y[i] = relu != 0 && h < 0f ? 0f : h;
    }

    static float Affine(Floats x, Floats statistics, int width, long i)
    {
        long feature = i % width;
        return BatchNormFormula.Affine<Scalar>(new(x[i]), new(statistics[feature]),
            new(statistics[3L * width + feature]), new(statistics[4L * width + feature])).Value;
    }

    // mask: 0 no Relu, 1 open where x says so, 2 open where y says so.
    static float Open(Floats x, Floats statistics, int mask, Floats y, Floats dy, int width, long i) =>
        mask == 0 || (mask == 1 ? Affine(x, statistics, width, i) : y[i]) > 0f ? dy[i] : 0f;

    public static void Sums(Floats x, Floats statistics, int mask, Floats y, Floats dy, Floats g, int wanted, Floats shares, int width,
        long rows, long threads)
    {
        long thread = Grid.GlobalLinearIndex;
        if (thread >= threads) return;
        long feature = thread % width, piece = thread / width, start = piece * RowsPerThread;
        float sum = 0f, dot = 0f;
        for (long row = start; row < start + RowsPerThread && row < rows; row++)
        {
            long i = row * width + feature;
            float open = Open(x, statistics, mask, y, dy, width, i);
            sum += open;
            dot += open * (x[i] - statistics[feature]);
            if (wanted != 0) g[i] = open;
        }
        shares[2 * piece * width + feature] = sum;
        shares[(2 * piece + 1) * width + feature] = dot;
    }

    public static void GatherSums(Floats shares, Floats statistics, Floats dgamma, Floats dbeta, int width, long pieces)
    {
        long feature = Grid.GlobalLinearIndex;
        if (feature >= width) return;
        float sum = 0f, dot = 0f;
        for (long piece = 0; piece < pieces; piece++)
        {
            sum += shares[2 * piece * width + feature];
            dot += shares[(2 * piece + 1) * width + feature];
        }
        dbeta[feature] = sum;
        dgamma[feature] = statistics[width + feature] * dot + statistics[2L * width + feature] * sum;
    }

    public static void Slope(Floats x, Floats statistics, int mask, Floats y, Floats dy, Floats dgamma, Floats dbeta, float share,
        Floats dx, int width, long count)
    {
        long i = Grid.GlobalLinearIndex;
        if (i >= count) return;
        long feature = i % width;
        float slope = Open(x, statistics, mask, y, dy, width, i);
        if (share > 0f)
        {
            float hat = (x[i] - statistics[feature]) * statistics[width + feature] + statistics[2L * width + feature];
            slope -= share * (dbeta[feature] + hat * dgamma[feature]);
        }
        dx[i] = statistics[3L * width + feature] * slope;
    }
}

public sealed partial class GpuBackend
{
    // A kernel has no null: what is not there is stood in for by another tensor, and the kernel is told not to look.

    /// <inheritdoc/>
    public void BatchStatistics(
        Tensor x, Tensor? gamma, Tensor? beta, float epsilon, float momentum, Tensor? runningMean, Tensor? runningVariance,
        Tensor statistics)
    {
        (int width, long rows, int pieces) = Pieces(x);
        Tensor shares = Tensor.Empty(this, [pieces, 3, width]), moments = Tensor.Empty(this, [3, width]);
        Launch(BatchNormKernels.Moments, (long)pieces * width, View(x), View(shares), width, rows, (long)pieces * width);
        Launch(BatchNormKernels.Gather, width, View(shares), View(moments), width, rows, (long)pieces);
        if (runningMean is not null && runningVariance is not null)
            Launch(BatchNormKernels.Move, width,
                View(moments), View(runningMean), View(runningVariance), momentum, (float)((double)rows / (rows - 1)), width);
        FinishStatistics(moments, gamma, beta, epsilon, statistics);
    }

    /// <inheritdoc/>
    public void RunningStatistics(
        Tensor runningMean, Tensor runningVariance, Tensor? gamma, Tensor? beta, float epsilon, Tensor statistics)
    {
        int width = statistics.Shape[1];
        Tensor moments = Tensor.Empty(this, [3, width]);
        Launch(BatchNormKernels.FromRunning, width, View(runningMean), View(runningVariance), View(moments), width);
        FinishStatistics(moments, gamma, beta, epsilon, statistics);
    }

    void FinishStatistics(Tensor moments, Tensor? gamma, Tensor? beta, float epsilon, Tensor statistics) =>
        Launch(BatchNormKernels.Statistics, statistics.Shape[1], View(moments), View(gamma ?? moments), View(beta ?? moments),
            (gamma is null ? 0 : 1) + (beta is null ? 0 : 2), epsilon, View(statistics), statistics.Shape[1]);

    /// <inheritdoc/>
    public void BatchNorm(Tensor x, Tensor statistics, bool relu, Tensor? residual, Tensor y) =>
        Launch(BatchNormKernels.Forward, x.Shape.Count, View(x), View(statistics), relu ? 1 : 0, View(residual ?? x),
            residual is null ? 0 : 1, View(y), x.Shape[-1], x.Shape.Count);

    /// <inheritdoc/>
    public void BatchNormSums(Tensor x, Tensor statistics, bool relu, Tensor? y, Tensor dy, Tensor? g, Tensor dgamma, Tensor dbeta)
    {
        (int width, long rows, int pieces) = Pieces(x);
        Tensor shares = Tensor.Empty(this, [pieces, 2, width]);
        Launch(BatchNormKernels.Sums, (long)pieces * width, View(x), View(statistics), Mask(relu, y), View(y ?? x), View(dy),
            View(g ?? dgamma), g is null ? 0 : 1, View(shares), width, rows, (long)pieces * width);
        Launch(BatchNormKernels.GatherSums, width, View(shares), View(statistics), View(dgamma), View(dbeta), width, (long)pieces);
    }

    /// <inheritdoc/>
    public void BatchNormSlope(
        Tensor x, Tensor statistics, bool relu, Tensor? y, Tensor dy, Tensor? dgamma, Tensor? dbeta, Tensor dx) =>
        Launch(BatchNormKernels.Slope, x.Shape.Count, View(x), View(statistics), Mask(relu, y), View(y ?? x), View(dy),
            View(dgamma ?? statistics), View(dbeta ?? statistics), dgamma is null ? 0f : (float)(1.0 / x.Shape.Rows), View(dx),
            x.Shape[-1], x.Shape.Count);

    static int Mask(bool relu, Tensor? y) => !relu ? 0 : y is null ? 1 : 2;
}
