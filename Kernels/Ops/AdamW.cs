namespace NativeSsl.Kernels;

/// <summary>A thread to four neighbours, of which the last has what is left.</summary>
static class AdamWKernels
{
    public static void Update(Floats values, Floats gradients, Floats means, Floats squares, AdamWScalars scalars, Floats rates, Floats factor, long byFours, long count)
    {
        float by = factor[0];
        if (by == 0f) return;
        AdamWRates numbers = new(rates[0], rates[1], rates[2]);
        long i = Grid.GlobalLinearIndex, start = i * Float4.Count;
        if (start + Float4.Count <= byFours)
        {
            Float4 gradient = Float4.At(gradients, i), mean = Float4.At(means, i), square = Float4.At(squares, i), value = Float4.At(values, i);
            One(gradient.A * by, ref mean.A, ref square.A, ref value.A, scalars, numbers);
            One(gradient.B * by, ref mean.B, ref square.B, ref value.B, scalars, numbers);
            One(gradient.C * by, ref mean.C, ref square.C, ref value.C, scalars, numbers);
            One(gradient.D * by, ref mean.D, ref square.D, ref value.D, scalars, numbers);
            Float4.Set(means, i, mean);
            Float4.Set(squares, i, square);
            Float4.Set(values, i, value);
        }
        else
            for (long end = Math.Min(start + Float4.Count, count); start < end; start++)
            {
                float mean = means[start], square = squares[start], value = values[start];
                One(gradients[start] * by, ref mean, ref square, ref value, scalars, numbers);
                means[start] = mean;
                squares[start] = square;
                values[start] = value;
            }
    }

    static void One(float gradient, ref float mean, ref float square, ref float value, AdamWScalars scalars, AdamWRates rates)
    {
        Scalar m = new(mean), v = new(square), theta = new(value);
        AdamWFormula.Update(new Scalar(gradient), ref m, ref v, ref theta, scalars, rates);
        (mean, square, value) = (m.Value, v.Value, theta.Value);
    }
}

public sealed partial class GpuBackend
{
    /// <inheritdoc/>
    public void AdamW(Tensor values, Tensor gradients, Tensor means, Tensor squares, AdamWScalars scalars, Tensor rates, Tensor? factor = null) =>
        Launch(AdamWKernels.Update, InFours(values), View(values), View(gradients), View(means), View(squares),
            scalars, View(rates), FactorOf(factor), ElementsByFours(values, gradients, means, squares), values.Shape.Count);
}
