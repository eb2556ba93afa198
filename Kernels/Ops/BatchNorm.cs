namespace NativeSsl.Kernels;

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

    static (int Width, long Rows, int Pieces) Pieces(Tensor x) => (x.Shape[-1], x.Shape.Rows,
        checked((int)((x.Shape.Rows + BatchNormKernels.RowsPerThread - 1) / BatchNormKernels.RowsPerThread)));
}
