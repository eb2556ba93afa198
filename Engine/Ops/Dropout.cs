using System.Runtime.CompilerServices;

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
    /// <summary>Whether element i is kept: its number is not below the rate. Four neighbours share one counter.</summary>
    public static bool Keeps(ulong seed, ulong stream, long i, float rate)
    {
        (uint a, uint b, uint c, uint d) = Philox.Block(seed, stream, (ulong)(i >> 2));
        long word = i & 3;
        return Keeps(word == 0 ? a : word == 1 ? b : word == 2 ? c : d, rate);
    }

    /// <summary>Whether an element with this number is kept.</summary>
    public static bool Keeps(uint bits, float rate) => Philox.Uniform(bits) >= rate;
}

public sealed partial class CpuBackend
{
    /// <inheritdoc/>
    public unsafe void Dropout(Tensor x, Tensor y, float rate, ulong seed, ulong stream) =>
        Run(new DropoutKernel(Floats(x), Floats(y), x.Shape.Count, rate, seed, stream), PartsOf(x.Shape.Count));

    readonly unsafe struct DropoutKernel(float* x, float* y, long count, float rate, ulong seed, ulong stream) : IKernel
    {
        // The factors of a stretch are drawn into the nearest cache, then used: a multiple of the 32 that are drawn together.
        const int Stretch = 512;

        [MethodImpl(Compile.Loop)]
        public void Part<T>(int part) where T : struct, IWide<T>
        {
            float* factors = stackalloc float[Stretch];
            long end = Math.Min(count, (part + 1L) * ElementsPerPart);
            for (long start = (long)part * ElementsPerPart; start < end; start += Stretch)
            {
                int length = (int)Math.Min(Stretch, end - start), i = 0;
                PhiloxLanes.Kept(seed, stream, (ulong)(start >> 2), length, rate, factors);
                for (; i + Lanes.Count <= length; i += Lanes.Count) T.Store(Use<T>(T.Load(x + start + i), T.Load(factors + i)), y + start + i);
                if (i < length) T.Store(Use<T>(T.Load(x + start + i), T.Load(factors + i)), y + start + i, length - i);
            }
        }

        // Not the product alone: what is dropped is 0, even if it was NaN or infinite.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static T Use<T>(T value, T factor) where T : struct, IWide<T> => T.IfLess(T.Of(0f), factor, value * factor, T.Of(0f));
    }
}
