namespace NativeSsl.Kernels;

/// <summary>Naive: one thread for each element, which draws its own number.</summary>
static class DropoutKernels
{
    public static void Forward(Floats x, Floats y, float rate, ulong seed, ulong stream, long count)
    {
        long i = Grid.GlobalLinearIndex;
        if (i < count) y[i] = DropoutMask.Keeps(seed, stream, i, rate) ? x[i] * (1f / (1f - rate)) : 0f;
    }
}

public sealed partial class GpuBackend
{
    /// <inheritdoc/>
    public void Dropout(Tensor x, Tensor y, float rate, ulong seed, ulong stream) =>
        Launch(DropoutKernels.Forward, x.Shape.Count, View(x), View(y), rate, seed, stream, x.Shape.Count);
}
