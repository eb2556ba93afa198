namespace NativeSsl.Kernels;

/// <summary>Naive: one thread for each output.</summary>
static class LinearKernels<F> where F : struct, IFormula
{
    public static void Forward(Floats x, Floats weight, Floats bias, Floats residual, Floats before, Floats y, long count, int inputs,
        int outputs, int hasBias, int hasResidual, int hasBefore)
    {
        long index = Grid.GlobalLinearIndex;
        if (index >= count) return;
        long row = index / outputs, output = index % outputs;
        float sum = hasBias != 0 ? bias[output] : 0f;
        for (long i = 0; i < inputs; i++) sum += x[row * inputs + i] * weight[output * inputs + i];
        if (hasBefore != 0) before[index] = sum;
        float value = F.Value(new Scalar(sum)).Value;
        y[index] = hasResidual != 0 ? value + residual[index] : value;
    }
}

public sealed partial class GpuBackend
{
    /// <inheritdoc/>
    public void Linear(Tensor x, Tensor weight, Tensor? bias, Activation activation, Tensor? residual, Tensor? before, Tensor y)
    {
        switch (activation)
        {
            case Activation.Relu: Linear<Relu>(x, weight, bias, residual, before, y); break;
            case Activation.Gelu: Linear<Gelu>(x, weight, bias, residual, before, y); break;
            case Activation.GeluErf: Linear<GeluErf>(x, weight, bias, residual, before, y); break;
            case Activation.Silu: Linear<Silu>(x, weight, bias, residual, before, y); break;
            default: Linear<Identity>(x, weight, bias, residual, before, y); break;
        }
    }

    // A tensor that is not there is replaced by y, which the kernel then does not touch in its place.
    void Linear<F>(Tensor x, Tensor weight, Tensor? bias, Tensor? residual, Tensor? before, Tensor y) where F : struct, IFormula =>
        Launch(LinearKernels<F>.Forward, y.Shape.Count, View(x), View(weight), View(bias ?? y), View(residual ?? y), View(before ?? y),
            View(y), y.Shape.Count, weight.Shape[1], weight.Shape[0], bias is null ? 0 : 1,
            residual is null ? 0 : 1, before is null ? 0 : 1);
}
