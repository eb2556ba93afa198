using System.Runtime.CompilerServices;

namespace NativeSsl;

// p = softmax(x),  loss of a row = −Σᵢ tᵢ ln pᵢ = ln Σⱼ exp(xⱼ − m) + Σᵢ tᵢ (m − xᵢ),  m = maxⱼ xⱼ
// t = (1 − λ) onehot(c) + λ / classes      label smoothing: Szegedy et al. 2016, “Rethinking the Inception architecture”, section 7
// dx = (p − t) · dy / counted              the loss is the mean over the rows that are not ignored
//
// Kept for the gradient: (m, Σ exp) of each row. One number, m + ln Σ exp, would lose the small digits of p when logits are large.

/// <summary>What the rows of logits should say.</summary>
/// <param name="Targets">The class c of each row, <c>[...]</c>.</param>
/// <param name="IgnoreIndex">The target of rows that do not count.</param>
/// <param name="Smoothing">λ</param>
/// <param name="Counted">How many rows count, <c>[1]</c>; without any, the loss is zero.</param>
public readonly record struct Labels(Indices Targets, int IgnoreIndex, float Smoothing, Indices Counted);

public partial interface IBackend
{
    /// <summary>loss ← mean over the rows that count. Shapes: x <c>[..., classes]</c>, loss scalar, statistics <c>[rows, 2]</c>,
    /// for the gradient.</summary>
    void CrossEntropy(Tensor x, Labels labels, Tensor loss, Tensor statistics);
    /// <summary>dx ← (p − t) · dy / counted, zeros in ignored rows; dx may be x. Shapes:
    /// as in <see cref="CrossEntropy"/>; dy scalar.</summary>
    void CrossEntropyGrad(Tensor x, Labels labels, Tensor statistics, Tensor dy, Tensor dx);
}

public sealed partial class CpuBackend
{
    /// <inheritdoc/>
    public unsafe void CrossEntropy(Tensor x, Labels labels, Tensor loss, Tensor statistics)
    {
        long rows = x.Shape.Rows;
        using CpuPool.Loan losses = _pool.Lend(rows);
        RunRows(new CrossEntropyRows(Floats(x), Ints(labels.Targets), labels, losses.Floats, Floats(statistics), x.Shape[-1]),
            rows, x.Shape[-1]);
        Run(new MeanOfRows(losses.Floats, rows, *Ints(labels.Counted), Floats(loss)), 1);
    }

    /// <inheritdoc/>
    public unsafe void CrossEntropyGrad(Tensor x, Labels labels, Tensor statistics, Tensor dy, Tensor dx)
    {
        int counted = *Ints(labels.Counted);
        float scale = counted == 0 ? 0f : *Floats(dy) / counted;
        var kernel = new CrossEntropyGradRows(Floats(x), Ints(labels.Targets), labels, Floats(statistics), scale, Floats(dx), x.Shape[-1]);
        RunRows(kernel, x.Shape.Rows, x.Shape[-1]);
    }

    readonly unsafe struct CrossEntropyRows(float* x, int* targets, Labels labels, float* losses, float* statistics, int width) : IRowKernel
    {
        [MethodImpl(Compile.Loop)]
        public void Row<T>(long row) where T : struct, IWide<T>
        {
            losses[row] = 0f;
            int target = targets[row];
            if (target == labels.IgnoreIndex) return;

            float* input = x + row * width;
            float max = Rows.Max<T>(input, width), sum = Rows.SumOfExp<T>(input, max, width), smoothing = labels.Smoothing;
            (statistics[2 * row], statistics[2 * row + 1]) = (max, sum);
            float loss = MathF.Log(sum) + (1f - smoothing) * (max - input[target]);
            // not 0 · ∞ where a class is masked out
            if (smoothing > 0f) loss += smoothing / width * Rows.SumBelow<T>(input, max, width);
            losses[row] = loss;
        }
    }

    readonly unsafe struct CrossEntropyGradRows(float* x, int* targets, Labels labels, float* statistics, float scale,
        float* dx, int width) : IRowKernel
    {
        [MethodImpl(Compile.Loop)]
        public void Row<T>(long row) where T : struct, IWide<T>
        {
            float* input = x + row * width, output = dx + row * width;
            int target = targets[row], i = 0;
            if (target == labels.IgnoreIndex)
            {
                new Span<float>(output, width).Clear();
                return;
            }
            T max = T.Of(statistics[2 * row]), factor = T.Of(scale / statistics[2 * row + 1]),
                everywhere = T.Of(-scale * labels.Smoothing / width);
            for (; i + Lanes.Count <= width; i += Lanes.Count)
                T.Store(T.MultiplyAdd(LaneMath.Exp(T.Load(input + i) - max), factor, everywhere), output + i);
            if (i < width) T.Store(T.MultiplyAdd(LaneMath.Exp(T.Load(input + i) - max), factor, everywhere), output + i, width - i);
            output[target] -= scale * (1f - labels.Smoothing);
        }
    }

    /// <summary>Adds up what the rows have to say, in a fixed order.</summary>
    readonly unsafe struct MeanOfRows(float* values, long rows, long counted, float* mean) : IKernel
    {
        public void Part<T>(int part) where T : struct, IWide<T> =>
            *mean = counted == 0 ? 0f : Rows.Sum<T>(values, checked((int)rows)) / counted;
    }
}
