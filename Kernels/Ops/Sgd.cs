namespace NativeSsl.Kernels;

/// <summary>A thread to four neighbours, of which the last has what is left.</summary>
static class SgdKernels
{
    public static void Update(Floats values, Floats gradients, Floats velocities, SgdScalars scalars, Floats rate, Floats factor, long byFours, long count)
    {
        float by = factor[0], eta = rate[0];
        if (by == 0f) return;
        long i = Grid.GlobalLinearIndex, start = i * Float4.Count;
        if (start + Float4.Count <= byFours)
        {
            Float4 gradient = Float4.At(gradients, i), velocity = Float4.At(velocities, i), value = Float4.At(values, i);
            One(gradient.A * by, ref velocity.A, ref value.A, scalars, eta);
            One(gradient.B * by, ref velocity.B, ref value.B, scalars, eta);
            One(gradient.C * by, ref velocity.C, ref value.C, scalars, eta);
            One(gradient.D * by, ref velocity.D, ref value.D, scalars, eta);
            Float4.Set(velocities, i, velocity);
            Float4.Set(values, i, value);
        }
        else
            for (long end = Math.Min(start + Float4.Count, count); start < end; start++)
            {
                float velocity = velocities[start], value = values[start];
                One(gradients[start] * by, ref velocity, ref value, scalars, eta);
                velocities[start] = velocity;
                values[start] = value;
            }
    }

    static void One(float gradient, ref float velocity, ref float value, SgdScalars scalars, float rate)
    {
        Scalar v = new(velocity), theta = new(value);
        SgdFormula.Update(new Scalar(gradient), ref v, ref theta, scalars, rate);
        (velocity, value) = (v.Value, theta.Value);
    }
}

public sealed partial class GpuBackend
{
    /// <inheritdoc/>
    public void Sgd(Tensor values, Tensor gradients, Tensor velocities, SgdScalars scalars, Tensor rate, Tensor? factor = null) =>
        Launch(SgdKernels.Update, InFours(values), View(values), View(gradients), View(velocities), scalars, View(rate), FactorOf(factor),
            ElementsByFours(values, gradients, velocities), values.Shape.Count);
}
