namespace NativeSsl.Kernels;

static class AdamWKernels
{
    public static void Update(Floats values, Floats gradients, Floats means, Floats squares, AdamWScalars scalars, long count)
    {
        long i = Grid.GlobalLinearIndex;
        if (i >= count) return;
        Scalar mean = new(means[i]), square = new(squares[i]), value = new(values[i]);
        AdamWFormula.Update(new Scalar(gradients[i]), ref mean, ref square, ref value, scalars);
        means[i] = mean.Value;
        squares[i] = square.Value;
        values[i] = value.Value;
    }
}

public sealed partial class GpuBackend
{
    /// <inheritdoc/>
    public void AdamW(Tensor values, Tensor gradients, Tensor means, Tensor squares, AdamWScalars scalars) =>
        Launch(AdamWKernels.Update, values.Shape.Count, View(values), View(gradients), View(means), View(squares),
            scalars, values.Shape.Count);
}
