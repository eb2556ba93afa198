using System.Runtime.CompilerServices;

namespace NativeSsl;

// x̂ = (x − μ) / √(σ² + ε),  y = γ ⊙ x̂ + β      μ, σ² of each row (Ba, Kiros & Hinton 2016, “Layer normalization”, equation 4)
// dx = r (g − mean(g) − x̂ mean(g ⊙ x̂)),  g = γ ⊙ dy,  r = 1 / √(σ² + ε);    dγ = Σ dy ⊙ x̂,  dβ = Σ dy over the rows
//
// A float μ of 10,000 is off by 5·10⁻⁴, which would show in x̂. What is left of the mean after μ is taken away is kept as well:
// x̂ = (x − μ) r + s with s = −mean(x − μ) r. The statistics of a row are (μ, r, s).

public partial interface IBackend
{
    /// <summary>
    /// y ← γ ⊙ x̂ + β. Shapes: x, y <c>[..., features]</c>, gamma, beta <c>[features]</c>, statistics <c>[rows, 3]</c>, for the gradient.
    /// </summary>
    void LayerNorm(Tensor x, Tensor gamma, Tensor? beta, float epsilon, Tensor y, Tensor statistics);
    /// <summary>dx, dγ and dβ from dy. Shapes as in <see cref="LayerNorm"/>.</summary>
    void LayerNormGrad(Tensor x, Tensor gamma, Tensor statistics, Tensor dy, Tensor dx, Tensor dgamma, Tensor? dbeta);
}

public sealed partial class CpuBackend
{
    /// <inheritdoc/>
    public unsafe void LayerNorm(Tensor x, Tensor gamma, Tensor? beta, float epsilon, Tensor y, Tensor statistics)
    {
        float* shifts = beta is null ? null : Floats(beta);
        RunRows(new LayerNormRows(Floats(x), Floats(gamma), shifts, epsilon, Floats(y), Floats(statistics), x.Shape[-1]),
            x.Shape.Rows, x.Shape[-1]);
    }

    /// <inheritdoc/>
    public unsafe void LayerNormGrad(Tensor x, Tensor gamma, Tensor statistics, Tensor dy, Tensor dx, Tensor dgamma, Tensor? dbeta)
    {
        // Every block of rows sums its share of dγ and dβ; the shares are then added in order. Blocks depend on the shape only.
        int width = x.Shape[-1];
        long rows = x.Shape.Rows, rowsPerBlock = Math.Max(Math.Max(1, ElementsPerPart / Math.Max(1, width)), (rows + 63) / 64);
        int blocks = (int)((rows + rowsPerBlock - 1) / rowsPerBlock);
        using CpuPool.Loan shares = _pool.Lend(2L * width * blocks);
        float* stats = Floats(statistics);
        Run(new LayerNormGradBlocks(Floats(x), Floats(gamma), stats, Floats(dy), Floats(dx), shares.Floats, width, rows, rowsPerBlock),
            blocks);
        AddShares(shares.Floats, blocks, 2 * width, Floats(dgamma), width);
        if (dbeta is not null) AddShares(shares.Floats + width, blocks, 2 * width, Floats(dbeta), width);
    }

    readonly unsafe struct LayerNormRows(float* x, float* gamma, float* beta, float epsilon, float* y, float* statistics, int width)
        : IRowKernel
    {
        [MethodImpl(Compile.Loop)]
        public void Row<T>(long row) where T : struct, IWide<T>
        {
            float* input = x + row * width, output = y + row * width;
            float mean = Rows.Sum<T>(input, width) / width;
            T mu = T.Of(mean), sum = T.Of(0f), squares = T.Of(0f);
            int i = 0;
            for (; i + Lanes.Count <= width; i += Lanes.Count)
            {
                T d = T.Load(input + i) - mu;
                sum += d;
                squares = T.MultiplyAdd(d, d, squares);
            }
            if (i < width)
            {
                T d = T.Keep(T.Load(input + i) - mu, width - i, 0f);
                sum += d;
                squares = T.MultiplyAdd(d, d, squares);
            }
            float rest = T.Sum(sum) / width, variance = MathF.Max(0f, T.Sum(squares) / width - rest * rest);
            float reciprocal = 1f / MathF.Sqrt(variance + epsilon), shift = -rest * reciprocal;
            (statistics[3 * row], statistics[3 * row + 1], statistics[3 * row + 2]) = (mean, reciprocal, shift);

            T r = T.Of(reciprocal), s = T.Of(shift);
            for (i = 0; i + Lanes.Count <= width; i += Lanes.Count)
            {
                T hat = T.MultiplyAdd(T.Load(input + i) - mu, r, s);
                T.Store(T.MultiplyAdd(hat, T.Load(gamma + i), beta == null ? T.Of(0f) : T.Load(beta + i)), output + i);
            }
            if (i < width)
            {
                T hat = T.MultiplyAdd(T.Load(input + i) - mu, r, s);
                T.Store(T.MultiplyAdd(hat, T.Load(gamma + i), beta == null ? T.Of(0f) : T.Load(beta + i)), output + i, width - i);
            }
        }
    }

    readonly unsafe struct LayerNormGradBlocks(
        float* x, float* gamma, float* statistics, float* dy, float* dx, float* shares, int width, long rows, long rowsPerBlock) : IKernel
    {
        [MethodImpl(Compile.Loop)]
        public void Part<T>(int block) where T : struct, IWide<T>
        {
            float* dgamma = shares + 2L * width * block, dbeta = dgamma + width;
            new Span<float>(dgamma, 2 * width).Clear();
            long end = Math.Min(rows, (block + 1) * rowsPerBlock);
            for (long row = block * rowsPerBlock; row < end; row++)
            {
                float* input = x + row * width, slope = dy + row * width, output = dx + row * width;
                T mu = T.Of(statistics[3 * row]), r = T.Of(statistics[3 * row + 1]), s = T.Of(statistics[3 * row + 2]);
                T sum = T.Of(0f), dot = T.Of(0f);
                int i = 0;
                for (; i + Lanes.Count <= width; i += Lanes.Count)
                {
                    T hat = T.MultiplyAdd(T.Load(input + i) - mu, r, s), d = T.Load(slope + i), g = d * T.Load(gamma + i);
                    sum += g;
                    dot = T.MultiplyAdd(g, hat, dot);
                    T.Store(T.MultiplyAdd(d, hat, T.Load(dgamma + i)), dgamma + i);
                    T.Store(d + T.Load(dbeta + i), dbeta + i);
                }
                if (i < width)
                {
                    int rest = width - i;
                    T hat = T.Keep(T.MultiplyAdd(T.Load(input + i) - mu, r, s), rest, 0f);
                    T d = T.Load(slope + i, rest), g = d * T.Load(gamma + i, rest);
                    sum += g;
                    dot = T.MultiplyAdd(g, hat, dot);
                    T.Store(T.MultiplyAdd(d, hat, T.Load(dgamma + i)), dgamma + i, rest);
                    T.Store(d + T.Load(dbeta + i), dbeta + i, rest);
                }

                T meanOfG = T.Of(T.Sum(sum) / width), meanOfDot = T.Of(T.Sum(dot) / width);
                for (i = 0; i + Lanes.Count <= width; i += Lanes.Count)
                {
                    T hat = T.MultiplyAdd(T.Load(input + i) - mu, r, s);
                    T.Store((T.Load(slope + i) * T.Load(gamma + i) - meanOfG - hat * meanOfDot) * r, output + i);
                }
                if (i < width)
                {
                    T hat = T.MultiplyAdd(T.Load(input + i) - mu, r, s);
                    T.Store((T.Load(slope + i) * T.Load(gamma + i) - meanOfG - hat * meanOfDot) * r, output + i, width - i);
                }
            }
        }
    }
}
