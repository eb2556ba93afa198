using System.Runtime.CompilerServices;

namespace NativeSsl;

// y[r,i] = exp(x[r,i] − m[r]) / Σⱼ exp(x[r,j] − m[r]),  m[r] = maxⱼ x[r,j]     rows r, classes i
// dx[r,i] = y[r,i] (dy[r,i] − Σⱼ dy[r,j] y[r,j])

public partial interface IBackend
{
    /// <summary>y ← softmax(x) over the last axis. Shapes: x, y <c>[..., classes]</c>.</summary>
    void Softmax(Tensor x, Tensor y);
    /// <summary>dx ← y ⊙ (dy − ⟨dy, y⟩). Shapes: all <c>[..., classes]</c>.</summary>
    void SoftmaxGrad(Tensor y, Tensor dy, Tensor dx);
}

public sealed partial class CpuBackend
{
    /// <inheritdoc/>
    public unsafe void Softmax(Tensor x, Tensor y) =>
        RunRows(new SoftmaxRows(Floats(x), Floats(y), x.Shape[-1]), x.Shape.Rows, x.Shape[-1]);

    /// <inheritdoc/>
    public unsafe void SoftmaxGrad(Tensor y, Tensor dy, Tensor dx) =>
        RunRows(new SoftmaxGradRows(Floats(y), Floats(dy), Floats(dx), y.Shape[-1]), y.Shape.Rows, y.Shape[-1]);

    readonly unsafe struct SoftmaxRows(float* x, float* y, int width) : IRowKernel
    {
        [MethodImpl(Compile.Loop)]
        public void Row<T>(long row) where T : struct, IWide<T>
        {
            float* input = x + row * width, output = y + row * width;
            T max = T.Of(Rows.Max<T>(input, width)), sum = T.Of(0f);
            int i = 0;
            for (; i + Lanes.Count <= width; i += Lanes.Count)
            {
                T e = LaneMath.Exp(T.Load(input + i) - max);
                sum += e;
                T.Store(e, output + i);
            }
            if (i < width)
            {
                T e = T.Keep(LaneMath.Exp(T.Load(input + i) - max), width - i, 0f);
                sum += e;
                T.Store(e, output + i, width - i);
            }
            Rows.Scale<T>(output, 1f / T.Sum(sum), output, width);
        }
    }

    readonly unsafe struct SoftmaxGradRows(float* y, float* dy, float* dx, int width) : IRowKernel
    {
        [MethodImpl(Compile.Loop)]
        public void Row<T>(long row) where T : struct, IWide<T>
        {
            float* p = y + row * width, g = dy + row * width, output = dx + row * width;
            T dot = T.Of(Rows.Dot<T>(g, p, width));
            int i = 0;
            for (; i + Lanes.Count <= width; i += Lanes.Count) T.Store(T.Load(p + i) * (T.Load(g + i) - dot), output + i);
            if (i < width) T.Store(T.Load(p + i) * (T.Load(g + i) - dot), output + i, width - i);
        }
    }
}
