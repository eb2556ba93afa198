namespace NativeSsl;

// y[i] = x[i] / (1 − rate) where u[i] ≥ rate, else 0;  u uniform in [0, 1), a pure function of (seed, stream, i)
// dx = the same map of dy: linear, and its own transpose

public partial interface IBackend
{
    /// <summary>y ← x / (1 − rate) where <see cref="DropoutMask"/> keeps an element, 0 elsewhere. Any shape.</summary>
    void Dropout(Tensor x, Tensor y, float rate, ulong seed, ulong stream);
}

/// <summary>Which elements dropout keeps; drawn anew wherever they are needed, never stored.</summary>
public static class DropoutMask
{
    /// <summary>The smallest draw that is kept: draws have 24 bits, as those of <see cref="Philox.Uniform"/>.</summary>
    public static uint Threshold(float rate) => (uint)(rate * 16777216f);

    /// <summary>Whether element i is kept. Four neighbours share one counter.</summary>
    public static bool Keeps(ulong seed, ulong stream, long i, uint threshold)
    {
        (uint a, uint b, uint c, uint d) = Philox.Block(seed, stream, (ulong)(i >> 2));
        long word = i & 3;
        return ((word == 0 ? a : word == 1 ? b : word == 2 ? c : d) >> 8) >= threshold;
    }
}

public sealed partial class CpuBackend
{
    /// <inheritdoc/>
    public unsafe void Dropout(Tensor x, Tensor y, float rate, ulong seed, ulong stream) =>
        Run(new DropoutKernel(Floats(x), Floats(y), x.Shape.Count, DropoutMask.Threshold(rate), 1f / (1f - rate), seed, stream),
            PartsOf(x.Shape.Count));

    readonly unsafe struct DropoutKernel(float* x, float* y, long count, uint threshold, float scale, ulong seed, ulong stream) : IKernel
    {
        public void Part<T>(int part) where T : struct, IWide<T>
        {
            long i = (long)part * ElementsPerPart, end = Math.Min(count, i + ElementsPerPart);
            for (; i + 4 <= end; i += 4)
            {
                (uint a, uint b, uint c, uint d) = Philox.Block(seed, stream, (ulong)(i >> 2));
                y[i] = Kept(a, x[i]);
                y[i + 1] = Kept(b, x[i + 1]);
                y[i + 2] = Kept(c, x[i + 2]);
                y[i + 3] = Kept(d, x[i + 3]);
            }
            for (; i < end; i++) y[i] = DropoutMask.Keeps(seed, stream, i, threshold) ? x[i] * scale : 0f;
        }

        float Kept(uint bits, float value) => bits >> 8 >= threshold ? value * scale : 0f;
    }
}
