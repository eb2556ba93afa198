namespace NativeSsl.Kernels;

/// <summary>A thread to four neighbours, of which the last has what is left.</summary>
static class MapKernels<F> where F : struct, IFormula
{
    public static void Value(Floats x, Floats y, long byFours, long count)
    {
        long i = Grid.GlobalLinearIndex, start = i * Float4.Count;
        if (start + Float4.Count <= byFours)
        {
            Float4 four = x.Cast<Float4>()[i];
            y.Cast<Float4>()[i] = new Float4(Of(four.A), Of(four.B), Of(four.C), Of(four.D));
        }
        else
            for (long end = Math.Min(start + Float4.Count, count); start < end; start++) y[start] = Of(x[start]);
    }

    public static void Slope(Floats x, Floats y, Floats dy, Floats dx, long byFours, long count)
    {
        long i = Grid.GlobalLinearIndex, start = i * Float4.Count;
        if (start + Float4.Count <= byFours)
        {
            Float4 four = x.Cast<Float4>()[i], value = y.Cast<Float4>()[i], slope = dy.Cast<Float4>()[i];
            dx.Cast<Float4>()[i] = new Float4(SlopeOf(four.A, value.A, slope.A), SlopeOf(four.B, value.B, slope.B),
                SlopeOf(four.C, value.C, slope.C), SlopeOf(four.D, value.D, slope.D));
        }
        else
            for (long end = Math.Min(start + Float4.Count, count); start < end; start++) dx[start] = SlopeOf(x[start], y[start], dy[start]);
    }

    static float Of(float x) => F.Value(new Scalar(x)).Value;

    static float SlopeOf(float x, float y, float dy) => dy * F.Slope(new Scalar(x), new Scalar(y)).Value;
}

public sealed partial class GpuBackend
{
    /// <inheritdoc/>
    public void Map<F>(Tensor x, Tensor y) where F : struct, IFormula =>
        Launch(MapKernels<F>.Value, InFours(x), View(x), View(y), ElementsByFours(x, y), x.Shape.Count);

    /// <inheritdoc/>
    public void MapGrad<F>(Tensor x, Tensor y, Tensor dy, Tensor dx) where F : struct, IFormula =>
        Launch(MapKernels<F>.Slope, InFours(x), View(x), View(y), View(dy), View(dx), ElementsByFours(x, y, dy, dx), x.Shape.Count);
}
