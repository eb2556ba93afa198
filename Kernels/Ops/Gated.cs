namespace NativeSsl.Kernels;

/// <summary>A thread to four neighbours, of which the last has what is left.</summary>
static class GatedKernels<F, E> where F : struct, IActivation where E : struct, INumbers
{
    public static void Value(E gate, E x, E y, long byFours, long count)
    {
        long i = Grid.GlobalLinearIndex, start = i * Float4.Count;
        if (start + Float4.Count <= byFours)
        {
            Float4 g = gate.FourAt(i), four = x.FourAt(i);
            y.SetFour(i, new(Of(g.A, four.A), Of(g.B, four.B), Of(g.C, four.C), Of(g.D, four.D)));
        }
        else
            for (long end = Math.Min(start + Float4.Count, count); start < end; start++) y.Set(start, Of(gate.At(start), x.At(start)));
    }

    public static void Slopes(E gate, E x, Floats dy, Floats dgate, Floats dx, long byFours, long count)
    {
        long i = Grid.GlobalLinearIndex, start = i * Float4.Count;
        if (start + Float4.Count <= byFours)
        {
            Float4 g = gate.FourAt(i), four = x.FourAt(i), slope = Float4.At(dy, i), ofGate = default, ofX = default;
            Slopes(g.A, four.A, slope.A, out ofGate.A, out ofX.A);
            Slopes(g.B, four.B, slope.B, out ofGate.B, out ofX.B);
            Slopes(g.C, four.C, slope.C, out ofGate.C, out ofX.C);
            Slopes(g.D, four.D, slope.D, out ofGate.D, out ofX.D);
            Float4.Set(dgate, i, ofGate);
            Float4.Set(dx, i, ofX);
        }
        else
            for (long end = Math.Min(start + Float4.Count, count); start < end; start++)
            {
                Slopes(gate.At(start), x.At(start), dy[start], out float ofGate, out float ofX);
                dgate[start] = ofGate;
                dx[start] = ofX;
            }
    }

    static float Of(float gate, float x) => GatedFormula.Value<Scalar, F>(new Scalar(gate), new Scalar(x)).Value;

    static void Slopes(float gate, float x, float dy, out float dgate, out float dx)
    {
        GatedFormula.Slopes<Scalar, F>(new Scalar(gate), new Scalar(x), new Scalar(dy), out Scalar ofGate, out Scalar ofX);
        (dgate, dx) = (ofGate.Value, ofX.Value);
    }
}

public sealed partial class GpuBackend
{
    /// <inheritdoc/>
    public void Gated<F>(Tensor gate, Tensor x, Tensor y) where F : struct, IActivation
    {
        if (x.Format == Format.BFloat16) Run(BFloat16sOf);
        else Run(Float32sOf);

        void Run<E>(Func<Tensor, E> of) where E : struct, INumbers =>
            Launch(GatedKernels<F, E>.Value, InFours(x), of(gate), of(x), of(y), ElementsByFours(gate, x, y), x.Shape.Count);
    }

    /// <inheritdoc/>
    public void GatedGrad<F>(Tensor gate, Tensor x, Tensor dy, Tensor dgate, Tensor dx) where F : struct, IActivation
    {
        if (x.Format == Format.BFloat16) Run(BFloat16sOf);
        else Run(Float32sOf);

        void Run<E>(Func<Tensor, E> of) where E : struct, INumbers =>
            Launch(GatedKernels<F, E>.Slopes, InFours(x), of(gate), of(x), View(dy), View(dgate), View(dx), ElementsByFours(gate, x, dy, dgate, dx), x.Shape.Count);
    }
}
