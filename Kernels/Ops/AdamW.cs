namespace NativeSsl.Kernels;

static class AdamWKernels
{
    public static void Update(Floats values, Floats gradients, Floats means, Floats squares, AdamWScalars scalars, Floats rates, Floats factor, long count)
    {
        long i = Grid.GlobalLinearIndex;
        if (i >= count || factor[0] == 0f) return;
        Scalar mean = new(means[i]), square = new(squares[i]), value = new(values[i]);
        AdamWFormula.Update(new Scalar(gradients[i] * factor[0]), ref mean, ref square, ref value, scalars, new(rates[0], rates[1], rates[2]));
        means[i] = mean.Value;
        squares[i] = square.Value;
        values[i] = value.Value;
    }
}

public sealed partial class GpuBackend
{
    /// <inheritdoc/>
    public void AdamW(Tensor values, Tensor gradients, Tensor means, Tensor squares, AdamWScalars scalars, Tensor rates, Tensor? factor = null) =>
        Launch(AdamWKernels.Update, values.Shape.Count, View(values), View(gradients), View(means), View(squares),
            scalars, View(rates), FactorOf(factor), values.Shape.Count);
}
