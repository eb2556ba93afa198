using System.Runtime.CompilerServices;

namespace NativeSsl;

// x̂ = r x,  r = 1 / √(mean(x²) + ε),  y = γ ⊙ x̂      r of each row (Zhang & Sennrich 2019, “Root mean square layer normalization”, equation 4)
// dx = r (g − x̂ mean(g ⊙ x̂)),  g = γ ⊙ dy;    dγ = Σ dy ⊙ x̂ over the rows

public partial interface IBackend
{
    /// <summary>y ← γ ⊙ x̂. Shapes: x, y <c>[..., features]</c>, gamma <c>[features]</c>, reciprocals (r) <c>[rows]</c>, for the gradient.</summary>
    void RmsNorm(Tensor x, Tensor gamma, float epsilon, Tensor y, Tensor reciprocals);
    /// <summary>dx and dγ from dy. Shapes as in <see cref="RmsNorm"/>.</summary>
    void RmsNormGrad(Tensor x, Tensor gamma, Tensor reciprocals, Tensor dy, Tensor dx, Tensor dgamma);
}

public sealed partial class CpuBackend
{
    /// <inheritdoc/>
    public unsafe void RmsNorm(Tensor x, Tensor gamma, float epsilon, Tensor y, Tensor reciprocals) =>
        RunRows(new RmsNormRows(Floats(x), Floats(gamma), epsilon, Floats(y), Floats(reciprocals), x.Shape[-1]), x.Shape.Rows, x.Shape[-1]);

    /// <inheritdoc/>
    public unsafe void RmsNormGrad(Tensor x, Tensor gamma, Tensor reciprocals, Tensor dy, Tensor dx, Tensor dgamma)
    {
        // Every block of rows sums its share of dγ; the shares are then added in order. Blocks depend on the shape only.
        int width = x.Shape[-1];
        long rows = x.Shape.Rows, rowsPerBlock = Math.Max(Math.Max(1, ElementsPerPart / Math.Max(1, width)), (rows + 63) / 64);
        int blocks = (int)((rows + rowsPerBlock - 1) / rowsPerBlock);
        using CpuPool.Loan shares = _pool.Lend((long)width * blocks);
        Run(new RmsNormGradBlocks(Floats(x), Floats(gamma), Floats(reciprocals), Floats(dy), Floats(dx), shares.Floats, width, rows, rowsPerBlock), blocks);
        AddShares(shares.Floats, blocks, width, Floats(dgamma), width);
    }

    readonly unsafe struct RmsNormRows(float* x, float* gamma, float epsilon, float* y, float* reciprocals, int width) : IRowKernel
    {
        [MethodImpl(Compile.Loop)]
        public void Row<T>(long row) where T : struct, IWide<T>
        {
            float* input = x + row * width, output = y + row * width;
            float reciprocal = 1f / MathF.Sqrt(Rows.Dot<T>(input, input, width) / width + epsilon);
            reciprocals[row] = reciprocal;
            T r = T.Of(reciprocal);
            int i = 0;
            for (; i + Lanes.Count <= width; i += Lanes.Count) T.Store(T.Load(input + i) * r * T.Load(gamma + i), output + i);
            if (i < width) T.Store(T.Load(input + i) * r * T.Load(gamma + i), output + i, width - i);
        }
    }

    readonly unsafe struct RmsNormGradBlocks(
        float* x, float* gamma, float* reciprocals, float* dy, float* dx, float* shares, int width, long rows, long rowsPerBlock) : IKernel
    {
        [MethodImpl(Compile.Loop)]
        public void Part<T>(int block) where T : struct, IWide<T>
        {
            float* dgamma = shares + (long)width * block;
            new Span<float>(dgamma, width).Clear();
            long end = Math.Min(rows, (block + 1) * rowsPerBlock);
            for (long row = block * rowsPerBlock; row < end; row++)
            {
                float* input = x + row * width, slope = dy + row * width, output = dx + row * width;
                T r = T.Of(reciprocals[row]), dot = T.Of(0f);
                int i = 0;
                for (; i + Lanes.Count <= width; i += Lanes.Count)
                {
                    T d = T.Load(slope + i), ofGamma = d * (T.Load(input + i) * r);
                    dot = T.MultiplyAdd(ofGamma, T.Load(gamma + i), dot);
                    T.Store(ofGamma + T.Load(dgamma + i), dgamma + i);
                }
                if (i < width)
                {
                    int rest = width - i;
                    T d = T.Load(slope + i, rest), ofGamma = d * (T.Load(input + i, rest) * r);
                    dot = T.MultiplyAdd(ofGamma, T.Load(gamma + i, rest), dot);
                    T.Store(ofGamma + T.Load(dgamma + i), dgamma + i, rest);
                }

                T mean = T.Of(T.Sum(dot) / width);
                for (i = 0; i + Lanes.Count <= width; i += Lanes.Count)
                    T.Store((T.Load(slope + i) * T.Load(gamma + i) - T.Load(input + i) * r * mean) * r, output + i);
                if (i < width)
                    T.Store((T.Load(slope + i) * T.Load(gamma + i) - T.Load(input + i) * r * mean) * r, output + i, width - i);
            }
        }
    }
}
