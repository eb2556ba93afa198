namespace NativeSsl.Kernels;

/// <summary>Naive: one thread for each element.</summary>
static class ConvertKernels
{
    public static void Narrow(Floats x, ArrayView<ushort> y, long count)
    {
        long i = Grid.GlobalLinearIndex;
        if (i < count) y[i] = BFloat16.Round(x[i]);
    }

    public static void Widen(ArrayView<ushort> x, Floats y, long count)
    {
        long i = Grid.GlobalLinearIndex;
        if (i < count) y[i] = BFloat16.Widen(x[i]);
    }
}

public sealed partial class GpuBackend
{
    /// <inheritdoc/>
    public void Convert(Tensor x, Tensor y)
    {
        if (x.Format == Format.Float32) Launch(ConvertKernels.Narrow, x.Shape.Count, View(x), Halves(y), x.Shape.Count);
        else Launch(ConvertKernels.Widen, x.Shape.Count, Halves(x), View(y), x.Shape.Count);
    }

    // The same numbers as Float32, for kernels that read nothing else: itself, or a copy.
    Tensor Widened(Tensor x)
    {
        if (x.Format == Format.Float32) return x;
        Tensor wide = Tensor.Empty(this, x.Shape);
        Convert(x, wide);
        return wide;
    }

    // When what reads the copy is in the stream.
    static void GiveBack(Tensor wide, Tensor x)
    {
        if (!ReferenceEquals(wide, x)) Device(wide.Storage).GiveBack();
    }
}
