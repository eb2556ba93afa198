using System.Runtime.CompilerServices;

namespace NativeSsl;

// p = softmax(x),  loss of a row = −Σᵢ tᵢ ln pᵢ = Σᵢ tᵢ (m − xᵢ + ln Σⱼ exp(xⱼ − m)),  m = maxⱼ xⱼ
// dx = (p Σ t − t) · dy / rows,  dt = −ln p · dy / rows         the loss is the mean over the rows

public partial interface IBackend
{
    /// <summary>loss ← mean of −⟨t, ln p⟩. Shapes: x, t <c>[..., classes]</c>, loss scalar, statistics <c>[rows, 2]</c>,
    /// for the gradient.</summary>
    void SoftCrossEntropy(Tensor x, Tensor t, Tensor loss, Tensor statistics);
    /// <summary>dx and dt from the scalar dy. Shapes: as in <see cref="SoftCrossEntropy"/>.</summary>
    void SoftCrossEntropyGrad(Tensor x, Tensor t, Tensor statistics, Tensor dy, Tensor dx, Tensor dt);
}

public sealed partial class CpuBackend
{
    /// <inheritdoc/>
    public unsafe void SoftCrossEntropy(Tensor x, Tensor t, Tensor loss, Tensor statistics)
    {
        long rows = x.Shape.Rows;
        using CpuPool.Loan losses = _pool.Lend(rows);
        RunRows(new SoftCrossEntropyRows(Floats(x), Floats(t), losses.Floats, Floats(statistics), x.Shape[-1]), rows, x.Shape[-1]);
        Run(new MeanOfRows(losses.Floats, rows, rows, Floats(loss)), 1);
    }

    /// <inheritdoc/>
    public unsafe void SoftCrossEntropyGrad(Tensor x, Tensor t, Tensor statistics, Tensor dy, Tensor dx, Tensor dt)
    {
        float scale = *Floats(dy) / Math.Max(1, x.Shape.Rows);
        var kernel = new SoftCrossEntropyGradRows(Floats(x), Floats(t), Floats(statistics), scale, Floats(dx), Floats(dt), x.Shape[-1]);
        RunRows(kernel, x.Shape.Rows, x.Shape[-1]);
    }

    readonly unsafe struct SoftCrossEntropyRows(float* x, float* t, float* losses, float* statistics, int width) : IRowKernel
    {
        [MethodImpl(Compile.Loop)]
        public void Row<T>(long row) where T : struct, IWide<T>
        {
            float* input = x + row * width, target = t + row * width;
            float max = Rows.Max<T>(input, width), sum = Rows.SumOfExp<T>(input, max, width);
            (statistics[2 * row], statistics[2 * row + 1]) = (max, sum);

            T m = T.Of(max), log = T.Of(MathF.Log(sum)), loss = T.Of(0f);
            int i = 0;
            for (; i + Lanes.Count <= width; i += Lanes.Count) loss = T.MultiplyAdd(T.Load(target + i), m - T.Load(input + i) + log, loss);
            if (i < width) loss += T.Keep(T.Load(target + i) * (m - T.Load(input + i) + log), width - i, 0f);
            losses[row] = T.Sum(loss);
        }
    }

    readonly unsafe struct SoftCrossEntropyGradRows(float* x, float* t, float* statistics, float scale, float* dx, float* dt, int width)
        : IRowKernel
    {
        [MethodImpl(Compile.Loop)]
        public void Row<T>(long row) where T : struct, IWide<T>
        {
            float* input = x + row * width, target = t + row * width, ofInput = dx + row * width, ofTarget = dt + row * width;
            float sum = statistics[2 * row + 1];
            T m = T.Of(statistics[2 * row]), log = T.Of(MathF.Log(sum)), mass = T.Of(Rows.Sum<T>(target, width) / sum), s = T.Of(scale);
            int i = 0;
            for (; i + Lanes.Count <= width; i += Lanes.Count)
            {
                T below = T.Load(input + i) - m;
                T.Store((LaneMath.Exp(below) * mass - T.Load(target + i)) * s, ofInput + i);
                T.Store((log - below) * s, ofTarget + i);
            }
            if (i < width)
            {
                T below = T.Load(input + i) - m;
                T.Store((LaneMath.Exp(below) * mass - T.Load(target + i)) * s, ofInput + i, width - i);
                T.Store((log - below) * s, ofTarget + i, width - i);
            }
        }
    }
}
