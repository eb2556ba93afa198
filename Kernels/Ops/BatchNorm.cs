namespace NativeSsl.Kernels;

public sealed partial class GpuBackend
{
    // A kernel has no null: what is not there is stood in for by another tensor, and the kernel is told not to look.

    /// <inheritdoc/>
    public void BatchStatistics(
        Tensor x, Tensor? gamma, Tensor? beta, float epsilon, float momentum, Tensor? runningMean, Tensor? runningVariance,
        Tensor statistics)
    {
        (int width, long rows, int pieces) = Pieces(x, BatchMomentKernels.RowsPerThread);
        Tensor shares = Tensor.Empty(this, [pieces, 3, width]), moments = Tensor.Empty(this, [3, width]);
        if (x.Format == Format.BFloat16) Sum(BFloat16sOf);
        else Sum(Float32sOf);
        Launch(_hasWarps ? BatchTotalKernels<WarpTeam>.Moments : BatchTotalKernels<SharedTeam>.Moments, Teams(width, pieces),
            View(shares), View(moments), width, rows, pieces);
        if (runningMean is not null && runningVariance is not null)
            Launch(BatchMomentKernels.Move, width,
                View(moments), View(runningMean), View(runningVariance), momentum, (float)((double)rows / (rows - 1)), width);
        FinishStatistics(moments, gamma, beta, epsilon, statistics);

        void Sum<X>(Func<Tensor, X> numbers) where X : struct, INumbers =>
            Launch(BatchMomentKernels.Moments<X>, (long)pieces * width, numbers(x), View(shares), width, rows, (long)pieces * width);
    }

    /// <inheritdoc/>
    public void RunningStatistics(
        Tensor runningMean, Tensor runningVariance, Tensor? gamma, Tensor? beta, float epsilon, Tensor statistics)
    {
        int width = statistics.Shape[1];
        Tensor moments = Tensor.Empty(this, [3, width]);
        Launch(BatchMomentKernels.FromRunning, width, View(runningMean), View(runningVariance), View(moments), width);
        FinishStatistics(moments, gamma, beta, epsilon, statistics);
    }

    void FinishStatistics(Tensor moments, Tensor? gamma, Tensor? beta, float epsilon, Tensor statistics) =>
        Launch(BatchMomentKernels.Statistics, statistics.Shape[1], View(moments), View(gamma ?? moments), View(beta ?? moments),
            (gamma is null ? 0 : 1) + (beta is null ? 0 : 2), epsilon, View(statistics), statistics.Shape[1]);

    /// <inheritdoc/>
    public void BatchNorm(Tensor x, Tensor statistics, bool relu, Tensor? residual, Tensor y)
    {
        switch (x.Format, y.Format)
        {
            case (Format.BFloat16, Format.BFloat16): Run(BFloat16sOf, BFloat16sOf); break;
            case (Format.BFloat16, _): Run(BFloat16sOf, Float32sOf); break;
            case (_, Format.BFloat16): Run(Float32sOf, BFloat16sOf); break;
            default: Run(Float32sOf, Float32sOf); break;
        }

        void Run<X, Y>(Func<Tensor, X> ofX, Func<Tensor, Y> ofY) where X : struct, INumbers where Y : struct, INumbers =>
            Launch(BatchNormKernels<X, Y>.Forward, InFours(x), ofX(x), View(statistics), relu ? 1 : 0, View(residual ?? statistics),
                residual is null ? 0 : 1, ofY(y), x.Shape[-1], ByFours(x, statistics, residual ?? x, y) ? 1 : 0, x.Shape.Count);
    }

    /// <inheritdoc/>
    public void BatchNormSums(Tensor x, Tensor statistics, bool relu, Tensor? y, Tensor dy, Tensor? g, Tensor dgamma, Tensor dbeta)
    {
        (int width, long rows, int pieces) = Pieces(x, BatchMomentKernels.RowsPerThread);
        Tensor shares = Tensor.Empty(this, [pieces, 2, width]), after = y ?? x;
        switch (x.Format, after.Format)
        {
            case (Format.BFloat16, Format.BFloat16): Sum(BFloat16sOf, BFloat16sOf); break;
            case (Format.BFloat16, _): Sum(BFloat16sOf, Float32sOf); break;
            case (_, Format.BFloat16): Sum(Float32sOf, BFloat16sOf); break;
            default: Sum(Float32sOf, Float32sOf); break;
        }
        Launch(_hasWarps ? BatchTotalKernels<WarpTeam>.Gradients : BatchTotalKernels<SharedTeam>.Gradients, Teams(width, pieces),
            View(shares), View(statistics), View(dgamma), View(dbeta), width, pieces);

        void Sum<X, Y>(Func<Tensor, X> ofX, Func<Tensor, Y> ofY) where X : struct, INumbers where Y : struct, INumbers =>
            Launch(BatchMomentKernels.Sums<X, Y>, (long)pieces * width, ofX(x), View(statistics), Mask(relu, y), ofY(after), View(dy),
                View(g ?? dgamma), g is null ? 0 : 1, View(shares), width, rows, (long)pieces * width);
    }

    /// <inheritdoc/>
    public void BatchNormSlope(
        Tensor x, Tensor statistics, bool relu, Tensor? y, Tensor dy, Tensor? dgamma, Tensor? dbeta, Tensor dx)
    {
        Tensor after = y ?? x;
        switch (x.Format, after.Format)
        {
            case (Format.BFloat16, Format.BFloat16): Run(BFloat16sOf, BFloat16sOf); break;
            case (Format.BFloat16, _): Run(BFloat16sOf, Float32sOf); break;
            case (_, Format.BFloat16): Run(Float32sOf, BFloat16sOf); break;
            default: Run(Float32sOf, Float32sOf); break;
        }

        void Run<X, Y>(Func<Tensor, X> ofX, Func<Tensor, Y> ofY) where X : struct, INumbers where Y : struct, INumbers =>
            Launch(BatchNormKernels<X, Y>.Slope, InFours(x), ofX(x), View(statistics), Mask(relu, y), ofY(after), View(dy),
                View(dgamma ?? statistics), View(dbeta ?? statistics), dgamma is null ? 0f : (float)(1.0 / x.Shape.Rows), View(dx),
                x.Shape[-1], ByFours(x, statistics, after, dy, dgamma ?? statistics, dbeta ?? statistics, dx) ? 1 : 0, x.Shape.Count);
    }

    static int Mask(bool relu, Tensor? y) => !relu ? 0 : y is null ? 1 : 2;
}
