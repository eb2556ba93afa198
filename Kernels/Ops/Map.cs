namespace NativeSsl.Kernels;

/// <summary>A thread to four neighbours, of which the last has what is left.</summary>
static class MapKernels<F, E> where F : struct, IFormula where E : struct, INumbers
{
    public static void Value(E x, E y, long byFours, long count)
    {
        long i = Grid.GlobalLinearIndex, start = i * Float4.Count;
        if (start + Float4.Count <= byFours)
        {
            Float4 four = x.FourAt(i);
            y.SetFour(i, new(Of(four.A), Of(four.B), Of(four.C), Of(four.D)));
        }
        else
            for (long end = Math.Min(start + Float4.Count, count); start < end; start++) y.Set(start, Of(x.At(start)));
    }

    public static void Slope(E x, E y, Floats dy, Floats dx, long byFours, long count)
    {
        long i = Grid.GlobalLinearIndex, start = i * Float4.Count;
        if (start + Float4.Count <= byFours)
        {
            Float4 four = x.FourAt(i), value = y.FourAt(i), slope = dy.Cast<Float4>()[i];
            dx.Cast<Float4>()[i] = new Float4(SlopeOf(four.A, value.A, slope.A), SlopeOf(four.B, value.B, slope.B),
                SlopeOf(four.C, value.C, slope.C), SlopeOf(four.D, value.D, slope.D));
        }
        else
            for (long end = Math.Min(start + Float4.Count, count); start < end; start++) dx[start] = SlopeOf(x.At(start), y.At(start), dy[start]);
    }

    static float Of(float x) => F.Value(new Scalar(x)).Value;

    static float SlopeOf(float x, float y, float dy) => dy * F.Slope(new Scalar(x), new Scalar(y)).Value;
}

public sealed partial class GpuBackend
{
    /// <inheritdoc/>
    public void Map<F>(Tensor x, Tensor y) where F : struct, IFormula
    {
        if (x.Format == Format.BFloat16) Run(BFloat16sOf);
        else Run(Float32sOf);

        void Run<E>(Func<Tensor, E> of) where E : struct, INumbers => Launch(MapKernels<F, E>.Value, InFours(x), of(x), of(y), ElementsByFours(x, y), x.Shape.Count);
    }

    /// <inheritdoc/>
    public void MapGrad<F>(Tensor x, Tensor y, Tensor dy, Tensor dx) where F : struct, IFormula
    {
        if (x.Format == Format.BFloat16) Run(BFloat16sOf);
        else Run(Float32sOf);

        void Run<E>(Func<Tensor, E> of) where E : struct, INumbers =>
            Launch(MapKernels<F, E>.Slope, InFours(x), of(x), of(y), View(dy), View(dx), ElementsByFours(x, y, dy, dx), x.Shape.Count);
    }
}
