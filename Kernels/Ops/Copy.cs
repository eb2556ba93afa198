namespace NativeSsl.Kernels;

static class CopyKernels
{
    public static void Fill(Floats x, float value, long count)
    {
        long i = Grid.GlobalLinearIndex;
        if (i < count) x[i] = value;
    }

    public static void Accumulate(Floats x, Floats y, long count)
    {
        long i = Grid.GlobalLinearIndex;
        if (i < count) y[i] += x[i];
    }
}

public sealed partial class GpuBackend
{
    /// <inheritdoc/>
    public void Fill(Tensor x, float value) => Launch(CopyKernels.Fill, x.Shape.Count, View(x), value, x.Shape.Count);

    /// <inheritdoc/>
    public void Copy(Tensor x, Tensor y)
    {
        if (x.Format != y.Format) throw new UnsupportedFormatException($"Copy: {x.Format} into {y.Format}; convert it first.");
        if (x.Shape.Count > 0) CopyOnDevice(Device(x.Storage), Device(y.Storage));
    }

    /// <inheritdoc/>
    public void Accumulate(Tensor x, Tensor y) => Launch(CopyKernels.Accumulate, x.Shape.Count, View(x), View(y), x.Shape.Count);
}
