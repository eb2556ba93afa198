using System.Runtime.CompilerServices;

namespace NativeSsl;

// y[r,i] = x[r,i] − m[r] − ln Σⱼ exp(x[r,j] − m[r]),  m[r] = maxⱼ x[r,j]     rows r, classes i
// dx[r,i] = dy[r,i] − exp(y[r,i]) Σⱼ dy[r,j]

public partial interface IBackend
{
    /// <summary>y ← ln softmax(x) over the last axis. Shapes: x, y <c>[..., classes]</c>.</summary>
    void LogSoftmax(Tensor x, Tensor y);
    /// <summary>dx ← dy − exp(y) Σ dy. Shapes: all <c>[..., classes]</c>.</summary>
    void LogSoftmaxGrad(Tensor y, Tensor dy, Tensor dx);
}

public sealed partial class CpuBackend
{
    /// <inheritdoc/>
    public unsafe void LogSoftmax(Tensor x, Tensor y) =>
        RunRows(new LogSoftmaxRows(Floats(x), Floats(y), x.Shape[-1]), x.Shape.Rows, x.Shape[-1]);

    /// <inheritdoc/>
    public unsafe void LogSoftmaxGrad(Tensor y, Tensor dy, Tensor dx) =>
        RunRows(new LogSoftmaxGradRows(Floats(y), Floats(dy), Floats(dx), y.Shape[-1]), y.Shape.Rows, y.Shape[-1]);

    readonly unsafe struct LogSoftmaxRows(float* x, float* y, int width) : IRowKernel
    {
        [MethodImpl(Compile.Loop)]
        public void Row<T>(long row) where T : struct, IWide<T>
        {
            float* input = x + row * width, output = y + row * width;
            float max = Rows.Max<T>(input, width);
            T m = T.Of(max), log = T.Of(MathF.Log(Rows.SumOfExp<T>(input, max, width)));
            int i = 0;
            for (; i + Lanes.Count <= width; i += Lanes.Count) T.Store(T.Load(input + i) - m - log, output + i);
            if (i < width) T.Store(T.Load(input + i) - m - log, output + i, width - i);
        }
    }

    readonly unsafe struct LogSoftmaxGradRows(float* y, float* dy, float* dx, int width) : IRowKernel
    {
        [MethodImpl(Compile.Loop)]
        public void Row<T>(long row) where T : struct, IWide<T>
        {
            float* log = y + row * width, g = dy + row * width, output = dx + row * width;
            T sum = T.Of(Rows.Sum<T>(g, width));
            int i = 0;
            for (; i + Lanes.Count <= width; i += Lanes.Count) T.Store(T.Load(g + i) - LaneMath.Exp(T.Load(log + i)) * sum, output + i);
            if (i < width) T.Store(T.Load(g + i) - LaneMath.Exp(T.Load(log + i)) * sum, output + i, width - i);
        }
    }
}
