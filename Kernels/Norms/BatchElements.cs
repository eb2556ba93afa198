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
static class BatchNormKernels<X, Y> where X : struct, INumbers where Y : struct, INumbers
{
    public static void Forward(X x, Floats statistics, int relu, Floats residual, int hasResidual, Y y, int width, int byFours, long count)
    {
        long four = Grid.GlobalLinearIndex, start = four * Float4.Count;
        if (start >= count) return;
        if (byFours == 0)
        {
            for (long i = start; i < start + Float4.Count && i < count; i++)
                y.Set(i, new BatchNormElement(statistics, width, i % width).Forward(x.At(i), hasResidual != 0 ? residual[i] : 0f, relu));
            return;
        }
        int fours = width / Float4.Count, column = (int)four % fours;
        ArrayView<Float4> features = statistics.Cast<Float4>();
        Float4 value = x.FourAt(four), more = hasResidual != 0 ? residual.Cast<Float4>()[four] : Float4.Of(0f);
        Float4 mean = features[column], scale = features[3 * fours + column], shift = features[4 * fours + column];
        y.SetFour(four, new Float4(new BatchNormElement(mean.A, scale.A, shift.A).Forward(value.A, more.A, relu),
            new BatchNormElement(mean.B, scale.B, shift.B).Forward(value.B, more.B, relu), new BatchNormElement(mean.C, scale.C, shift.C).Forward(value.C, more.C, relu),
            new BatchNormElement(mean.D, scale.D, shift.D).Forward(value.D, more.D, relu)));
    }

    public static void Slope(X x, Floats statistics, int mask, Y y, Floats dy, Floats dgamma, Floats dbeta, float share,
        Floats dx, int width, int byFours, long count)
    {
        long four = Grid.GlobalLinearIndex, start = four * Float4.Count;
        if (start >= count) return;
        if (byFours == 0)
        {
            for (long i = start; i < start + Float4.Count && i < count; i++)
            {
                long feature = i % width;
                dx[i] = Slope(mask, x.At(i), new BatchNormElement(statistics, width, feature), y.At(i), dy[i], new BatchNormPull(
                    statistics[feature], statistics[width + feature], statistics[2L * width + feature], dbeta[feature], dgamma[feature], share));
            }
            return;
        }
        int fours = width / Float4.Count, column = (int)four % fours;
        ArrayView<Float4> features = statistics.Cast<Float4>();
        Float4 value = x.FourAt(four), after = y.FourAt(four), slope = dy.Cast<Float4>()[four];
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
