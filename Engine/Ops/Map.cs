using System.Numerics.Tensors;
using System.Runtime.CompilerServices;

namespace NativeSsl;

/// <summary>An element-wise function and its slope, written once and run on every device.</summary>
public interface IFormula
{
    /// <summary>y, given x.</summary>
    static abstract T Value<T>(T x) where T : struct, ILane<T>;
    /// <summary>dy/dx, given x and the already known y.</summary>
    static abstract T Slope<T>(T x, T y) where T : struct, ILane<T>;
}

public partial interface IBackend
{
    /// <summary>y ← F(x), element by element.</summary>
    void Map<F>(Tensor x, Tensor y) where F : struct, IFormula;
    /// <summary>dx ← dy · F′(x), element by element.</summary>
    void MapGrad<F>(Tensor x, Tensor y, Tensor dy, Tensor dx) where F : struct, IFormula;
}

public sealed partial class CpuBackend
{
    // Parts of 16,384 floats: under that a second thread costs more than it brings.
    const int ElementsPerPart = 16384;

    static int PartsOf(long count) => checked((int)((count + ElementsPerPart - 1) / ElementsPerPart));

    /// <inheritdoc/>
    public unsafe void Map<F>(Tensor x, Tensor y) where F : struct, IFormula
    {
        if (typeof(F) == typeof(Log)) Run(new LogKernel(Floats(x), Floats(y), x.Shape.Count), PartsOf(x.Shape.Count));
        else Run(new MapKernel<F>(Floats(x), Floats(y), x.Shape.Count), PartsOf(x.Shape.Count));
    }

    /// <inheritdoc/>
    public unsafe void MapGrad<F>(Tensor x, Tensor y, Tensor dy, Tensor dx) where F : struct, IFormula =>
        Run(new MapGradKernel<F>(Floats(x), Floats(y), Floats(dy), Floats(dx), x.Shape.Count), PartsOf(x.Shape.Count));

    readonly unsafe struct MapKernel<F>(float* x, float* y, long count) : IKernel where F : struct, IFormula
    {
        [MethodImpl(Compile.Loop)]
        public void Part<T>(int part) where T : struct, IWide<T>
        {
            long i = (long)part * ElementsPerPart, end = Math.Min(count, i + ElementsPerPart);
            for (; i + Lanes.Count <= end; i += Lanes.Count) T.Store(F.Value(T.Load(x + i)), y + i);
            if (i < end) T.Store(F.Value(T.Load(x + i, (int)(end - i))), y + i, (int)(end - i));
        }
    }

    // The one formula for which System.Numerics.Tensors has the faster loop. The last few elements go through a whole register as well:
    // its scalar path would round them differently.
    readonly unsafe struct LogKernel(float* x, float* y, long count) : IKernel
    {
        public void Part<T>(int part) where T : struct, IWide<T>
        {
            long start = (long)part * ElementsPerPart;
            int length = (int)Math.Min(count - start, ElementsPerPart), whole = length / Lanes.Count * Lanes.Count, rest = length - whole;
            TensorPrimitives.Log(new ReadOnlySpan<float>(x + start, whole), new Span<float>(y + start, whole));
            if (rest == 0) return;
            Span<float> last = stackalloc float[Lanes.Count];
            new ReadOnlySpan<float>(x + start + whole, rest).CopyTo(last);
            TensorPrimitives.Log(last, last);
            last[..rest].CopyTo(new Span<float>(y + start + whole, rest));
        }
    }

    readonly unsafe struct MapGradKernel<F>(float* x, float* y, float* dy, float* dx, long count) : IKernel where F : struct, IFormula
    {
        [MethodImpl(Compile.Loop)]
        public void Part<T>(int part) where T : struct, IWide<T>
        {
            long i = (long)part * ElementsPerPart, end = Math.Min(count, i + ElementsPerPart);
            for (; i + Lanes.Count <= end; i += Lanes.Count) T.Store(T.Load(dy + i) * F.Slope(T.Load(x + i), T.Load(y + i)), dx + i);
            if (i < end) T.Store(T.Load(dy + i) * F.Slope(T.Load(x + i), T.Load(y + i)), dx + i, (int)(end - i));
        }
    }
}
