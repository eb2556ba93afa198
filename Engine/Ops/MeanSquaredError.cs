using System.Runtime.CompilerServices;

namespace NativeSsl;

// loss = mean (x − t)²;   dx = 2 (x − t) dy / count,  dt = −dx

public partial interface IBackend
{
    /// <summary>loss ← mean (x − t)² over all elements; zero if there are none. Shapes: x, t alike; loss scalar.</summary>
    void MeanSquaredError(Tensor x, Tensor t, Tensor loss);
    /// <summary>dx ← factor · (x − t) dy / count: a factor of 2 for x, −2 for t. Shapes: x, t, dx alike; dy scalar.</summary>
    void MeanSquaredErrorGrad(Tensor x, Tensor t, float factor, Tensor dy, Tensor dx);
}

public sealed partial class CpuBackend
{
    /// <inheritdoc/>
    public unsafe void MeanSquaredError(Tensor x, Tensor t, Tensor loss)
    {
        long count = x.Shape.Count;
        int parts = PartsOf(count);
        using CpuPool.Loan sums = _pool.Lend(parts);
        Run(new SquaredErrorKernel(Floats(x), Floats(t), sums.Floats, count), parts);
        Run(new MeanOfRows(sums.Floats, parts, count, Floats(loss)), 1);
    }

    /// <inheritdoc/>
    public unsafe void MeanSquaredErrorGrad(Tensor x, Tensor t, float factor, Tensor dy, Tensor dx)
    {
        long count = x.Shape.Count;
        float scale = count == 0 ? 0f : factor * *Floats(dy) / count;
        Run(new SquaredErrorGradKernel(Floats(x), Floats(t), scale, Floats(dx), count), PartsOf(count));
    }

    readonly unsafe struct SquaredErrorKernel(float* x, float* t, float* sums, long count) : IKernel
    {
        [MethodImpl(Compile.Loop)]
        public void Part<T>(int part) where T : struct, IWide<T>
        {
            T sum = T.Of(0f);
            long i = (long)part * ElementsPerPart, end = Math.Min(count, i + ElementsPerPart);
            for (; i + Lanes.Count <= end; i += Lanes.Count)
            {
                T d = T.Load(x + i) - T.Load(t + i);
                sum = T.MultiplyAdd(d, d, sum);
            }
            if (i < end)
            {
                T d = T.Load(x + i, (int)(end - i)) - T.Load(t + i, (int)(end - i));
                sum = T.MultiplyAdd(d, d, sum);
            }
            sums[part] = T.Sum(sum);
        }
    }

    readonly unsafe struct SquaredErrorGradKernel(float* x, float* t, float scale, float* dx, long count) : IKernel
    {
        [MethodImpl(Compile.Loop)]
        public void Part<T>(int part) where T : struct, IWide<T>
        {
            T s = T.Of(scale);
            long i = (long)part * ElementsPerPart, end = Math.Min(count, i + ElementsPerPart);
            for (; i + Lanes.Count <= end; i += Lanes.Count) T.Store((T.Load(x + i) - T.Load(t + i)) * s, dx + i);
            if (i < end) T.Store((T.Load(x + i) - T.Load(t + i)) * s, dx + i, (int)(end - i));
        }
    }
}
