namespace NativeSsl.Kernels;

/// <summary>What batch norm does to an element of one feature.</summary>
readonly struct BatchNormElement(float mean, float scale, float shift)
{
    public BatchNormElement(Floats statistics, int width, long feature) : this(statistics[feature], statistics[3L * width + feature], statistics[4L * width + feature]) { }

    public float Scale => scale;

    public float Affine(float x) => BatchNormFormula.Affine<Scalar>(new(x), new(mean), new(scale), new(shift)).Value;

    public float Forward(float x, float residual, int relu)
    {
        float h = Affine(x) + residual;
        return relu != 0 && h < 0f ? 0f : h;
    }

    /// <summary>The slope that passes the Relu. Mask: 0 no Relu, 1 open where x says so, 2 open where y says so.</summary>
    public static float Open(int mask, float x, BatchNormElement element, float y, float dy) =>
        mask == 0 || (mask == 1 ? element.Affine(x) : y) > 0f ? dy : 0f;
}

/// <summary>How the gradient of an element of one feature depends on the whole batch: share · (Σ dy + x̂ Σ dy x̂).</summary>
readonly struct BatchNormPull(float mean, float inverse, float rest, float sum, float dot, float share)
{
    public float Of(float x) => share > 0f ? share * (sum + ((x - mean) * inverse + rest) * dot) : 0f;
}

/// <summary>A thread to four neighbours of a row; where rows are no whole fours, one after the other.</summary>
static class BatchNormKernels
{
    public static void Forward(Floats x, Floats statistics, int relu, Floats residual, int hasResidual, Floats y, int width, int byFours, long count)
    {
        long four = Grid.GlobalLinearIndex, start = four * Float4.Count;
        if (start >= count) return;
        if (byFours == 0)
        {
            for (long i = start; i < start + Float4.Count && i < count; i++)
                y[i] = new BatchNormElement(statistics, width, i % width).Forward(x[i], hasResidual != 0 ? residual[i] : 0f, relu);
            return;
        }
        int fours = width / Float4.Count, column = (int)four % fours;
        ArrayView<Float4> features = statistics.Cast<Float4>();
        Float4 value = x.Cast<Float4>()[four], more = hasResidual != 0 ? residual.Cast<Float4>()[four] : Float4.Of(0f);
        Float4 mean = features[column], scale = features[3 * fours + column], shift = features[4 * fours + column];
        y.Cast<Float4>()[four] = new Float4(new BatchNormElement(mean.A, scale.A, shift.A).Forward(value.A, more.A, relu),
            new BatchNormElement(mean.B, scale.B, shift.B).Forward(value.B, more.B, relu), new BatchNormElement(mean.C, scale.C, shift.C).Forward(value.C, more.C, relu),
            new BatchNormElement(mean.D, scale.D, shift.D).Forward(value.D, more.D, relu));
    }

    public static void Slope(Floats x, Floats statistics, int mask, Floats y, Floats dy, Floats dgamma, Floats dbeta, float share,
        Floats dx, int width, int byFours, long count)
    {
        long four = Grid.GlobalLinearIndex, start = four * Float4.Count;
        if (start >= count) return;
        if (byFours == 0)
        {
            for (long i = start; i < start + Float4.Count && i < count; i++)
            {
                long feature = i % width;
                dx[i] = Slope(mask, x[i], new BatchNormElement(statistics, width, feature), y[i], dy[i], new BatchNormPull(
                    statistics[feature], statistics[width + feature], statistics[2L * width + feature], dbeta[feature], dgamma[feature], share));
            }
            return;
        }
        int fours = width / Float4.Count, column = (int)four % fours;
        ArrayView<Float4> features = statistics.Cast<Float4>();
        Float4 value = x.Cast<Float4>()[four], after = y.Cast<Float4>()[four], slope = dy.Cast<Float4>()[four];
        Float4 mean = features[column], inverse = features[fours + column], rest = features[2 * fours + column], scale = features[3 * fours + column];
        Float4 shift = features[4 * fours + column], sum = dbeta.Cast<Float4>()[column], dot = dgamma.Cast<Float4>()[column];
        dx.Cast<Float4>()[four] = new Float4(
            Slope(mask, value.A, new BatchNormElement(mean.A, scale.A, shift.A), after.A, slope.A, new BatchNormPull(mean.A, inverse.A, rest.A, sum.A, dot.A, share)),
            Slope(mask, value.B, new BatchNormElement(mean.B, scale.B, shift.B), after.B, slope.B, new BatchNormPull(mean.B, inverse.B, rest.B, sum.B, dot.B, share)),
            Slope(mask, value.C, new BatchNormElement(mean.C, scale.C, shift.C), after.C, slope.C, new BatchNormPull(mean.C, inverse.C, rest.C, sum.C, dot.C, share)),
            Slope(mask, value.D, new BatchNormElement(mean.D, scale.D, shift.D), after.D, slope.D, new BatchNormPull(mean.D, inverse.D, rest.D, sum.D, dot.D, share)));
    }

    static float Slope(int mask, float x, BatchNormElement element, float y, float dy, BatchNormPull pull) =>
        element.Scale * (BatchNormElement.Open(mask, x, element, y, dy) - pull.Of(x));
}

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
        Launch(BatchMomentKernels.Moments, (long)pieces * width, View(x), View(shares), width, rows, (long)pieces * width);
        Launch(_hasWarps ? BatchTotalKernels<WarpTeam>.Moments : BatchTotalKernels<SharedTeam>.Moments, Teams(width, pieces),
            View(shares), View(moments), width, rows, pieces);
        if (runningMean is not null && runningVariance is not null)
            Launch(BatchMomentKernels.Move, width,
                View(moments), View(runningMean), View(runningVariance), momentum, (float)((double)rows / (rows - 1)), width);
        FinishStatistics(moments, gamma, beta, epsilon, statistics);
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
    public void BatchNorm(Tensor x, Tensor statistics, bool relu, Tensor? residual, Tensor y) =>
        Launch(BatchNormKernels.Forward, InFours(x), View(x), View(statistics), relu ? 1 : 0, View(residual ?? x),
            residual is null ? 0 : 1, View(y), x.Shape[-1], ByFours(x, statistics, residual ?? x, y) ? 1 : 0, x.Shape.Count);

    /// <inheritdoc/>
    public void BatchNormSums(Tensor x, Tensor statistics, bool relu, Tensor? y, Tensor dy, Tensor? g, Tensor dgamma, Tensor dbeta)
    {
        (int width, long rows, int pieces) = Pieces(x, BatchMomentKernels.RowsPerThread);
        Tensor shares = Tensor.Empty(this, [pieces, 2, width]);
        Launch(BatchMomentKernels.Sums, (long)pieces * width, View(x), View(statistics), Mask(relu, y), View(y ?? x), View(dy),
            View(g ?? dgamma), g is null ? 0 : 1, View(shares), width, rows, (long)pieces * width);
        Launch(_hasWarps ? BatchTotalKernels<WarpTeam>.Gradients : BatchTotalKernels<SharedTeam>.Gradients, Teams(width, pieces),
            View(shares), View(statistics), View(dgamma), View(dbeta), width, pieces);
    }

    /// <inheritdoc/>
    public void BatchNormSlope(
        Tensor x, Tensor statistics, bool relu, Tensor? y, Tensor dy, Tensor? dgamma, Tensor? dbeta, Tensor dx) =>
        Launch(BatchNormKernels.Slope, InFours(x), View(x), View(statistics), Mask(relu, y), View(y ?? x), View(dy),
            View(dgamma ?? statistics), View(dbeta ?? statistics), dgamma is null ? 0f : (float)(1.0 / x.Shape.Rows), View(dx),
            x.Shape[-1], ByFours(x, statistics, y ?? x, dy, dgamma ?? statistics, dbeta ?? statistics, dx) ? 1 : 0, x.Shape.Count);

    static int Mask(bool relu, Tensor? y) => !relu ? 0 : y is null ? 1 : 2;
}
