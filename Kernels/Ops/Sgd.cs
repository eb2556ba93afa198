namespace NativeSsl.Kernels;

static class SgdKernels
{
    public static void Update(Floats values, Floats gradients, Floats velocities, SgdScalars scalars, Floats rate, Floats factor, long count)
    {
        long i = Grid.GlobalLinearIndex;
        if (i >= count || factor[0] == 0f) return;
        Scalar velocity = new(velocities[i]), value = new(values[i]);
        SgdFormula.Update(new Scalar(gradients[i] * factor[0]), ref velocity, ref value, scalars, rate[0]);
        velocities[i] = velocity.Value;
        values[i] = value.Value;
    }
}

public sealed partial class GpuBackend
{
    /// <inheritdoc/>
    public void Sgd(Tensor values, Tensor gradients, Tensor velocities, SgdScalars scalars, Tensor rate, Tensor? factor = null) =>
        Launch(SgdKernels.Update, values.Shape.Count, View(values), View(gradients), View(velocities), scalars, View(rate), FactorOf(factor), values.Shape.Count);
}
