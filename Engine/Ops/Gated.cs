using System.Runtime.CompilerServices;

namespace NativeSsl;

// y = f(g) x        dg = dy x f′(g)        dx = dy f(g)

public partial interface IBackend
{
    /// <summary>y ← F(g) x, element by element. Shapes and formats: all the same.</summary>
    void Gated<F>(Tensor gate, Tensor x, Tensor y) where F : struct, IActivation;

    /// <summary>Both slopes in one pass.</summary>
    /// <param name="gate">g.</param>
    /// <param name="x">x.</param>
    /// <param name="dy">The gradient of y, in Float32.</param>
    /// <param name="dgate">dy x F′(g), in Float32.</param>
    /// <param name="dx">dy F(g), in Float32.</param>
    void GatedGrad<F>(Tensor gate, Tensor x, Tensor dy, Tensor dgate, Tensor dx) where F : struct, IActivation;
}

/// <summary>One lane, for every device.</summary>
public static class GatedFormula
{
    /// <summary>y.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Value<T, F>(T gate, T x) where T : struct, ILane<T> where F : struct, IActivation => F.Value(gate) * x;

    /// <summary>The gradient of the gate, and that of x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Slopes<T, F>(T gate, T x, T dy, out T dgate, out T dx) where T : struct, ILane<T> where F : struct, IActivation
    {
        T open = F.Value(gate);
        dx = dy * open;
        dgate = dy * x * F.Slope(gate, open);
    }
}

public sealed partial class CpuBackend
{
    /// <inheritdoc/>
    public unsafe void Gated<F>(Tensor gate, Tensor x, Tensor y) where F : struct, IActivation =>
        Run(new GatedKernel<F>(Floats(gate), Floats(x), Floats(y), x.Shape.Count), PartsOf(x.Shape.Count));

    /// <inheritdoc/>
    public unsafe void GatedGrad<F>(Tensor gate, Tensor x, Tensor dy, Tensor dgate, Tensor dx) where F : struct, IActivation =>
        Run(new GatedGradKernel<F>(Floats(gate), Floats(x), Floats(dy), Floats(dgate), Floats(dx), x.Shape.Count), PartsOf(x.Shape.Count));

    readonly unsafe struct GatedKernel<F>(float* gate, float* x, float* y, long count) : IKernel where F : struct, IActivation
    {
        [MethodImpl(Compile.Loop)]
        public void Part<T>(int part) where T : struct, IWide<T>
        {
            long i = (long)part * ElementsPerPart, end = Math.Min(count, i + ElementsPerPart);
            for (; i + Lanes.Count <= end; i += Lanes.Count) T.Store(GatedFormula.Value<T, F>(T.Load(gate + i), T.Load(x + i)), y + i);
            if (i < end) T.Store(GatedFormula.Value<T, F>(T.Load(gate + i), T.Load(x + i)), y + i, (int)(end - i));
        }
    }

    readonly unsafe struct GatedGradKernel<F>(float* gate, float* x, float* dy, float* dgate, float* dx, long count) : IKernel where F : struct, IActivation
    {
        [MethodImpl(Compile.Loop)]
        public void Part<T>(int part) where T : struct, IWide<T>
        {
            long i = (long)part * ElementsPerPart, end = Math.Min(count, i + ElementsPerPart);
            for (; i < end; i += Lanes.Count)
            {
                int left = (int)Math.Min(Lanes.Count, end - i);
                GatedFormula.Slopes<T, F>(T.Load(gate + i), T.Load(x + i), T.Load(dy + i), out T ofGate, out T ofX);
                if (left == Lanes.Count) { T.Store(ofGate, dgate + i); T.Store(ofX, dx + i); }
                else { T.Store(ofGate, dgate + i, left); T.Store(ofX, dx + i, left); }
            }
        }
    }
}
