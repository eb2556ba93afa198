namespace NativeSsl.Kernels;

static class MapKernels<F> where F : struct, IFormula
{
    public static void Value(Floats x, Floats y, long count)
    {
        long i = Grid.GlobalLinearIndex;
        if (i < count) y[i] = F.Value(new Scalar(x[i])).Value;
    }

    public static void Slope(Floats x, Floats y, Floats dy, Floats dx, long count)
    {
        long i = Grid.GlobalLinearIndex;
        if (i < count) dx[i] = dy[i] * F.Slope(new Scalar(x[i]), new Scalar(y[i])).Value;
    }
}

public sealed partial class GpuBackend
{
    /// <inheritdoc/>
    public void Map<F>(Tensor x, Tensor y) where F : struct, IFormula =>
        Launch(MapKernels<F>.Value, x.Shape.Count, View(x), View(y), x.Shape.Count);

    /// <inheritdoc/>
    public void MapGrad<F>(Tensor x, Tensor y, Tensor dy, Tensor dx) where F : struct, IFormula =>
        Launch(MapKernels<F>.Slope, x.Shape.Count, View(x), View(y), View(dy), View(dx), x.Shape.Count);
}
