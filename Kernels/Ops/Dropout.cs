namespace NativeSsl.Kernels;

/// <summary>A thread to four neighbours, which share what it draws; the last has what is left.</summary>
static class DropoutKernels
{
    public static void Forward<E>(E x, E y, float rate, ulong seed, ulong stream, ArrayView<ulong> later, long byFours, long count) where E : struct, INumbers
    {
        long i = Grid.GlobalLinearIndex, start = i * Float4.Count;
        float factor = 1f / (1f - rate);
        stream += later[0];
        if (start + Float4.Count <= byFours)
        {
            Float4 four = x.FourAt(i);
            (uint a, uint b, uint c, uint d) = Philox.Block(seed, stream, (ulong)i);
            y.SetFour(i, new(Of(four.A, a, rate, factor), Of(four.B, b, rate, factor), Of(four.C, c, rate, factor), Of(four.D, d, rate, factor)));
        }
        else
            for (long end = Math.Min(start + Float4.Count, count); start < end; start++) y.Set(start, DropoutMask.Keeps(seed, stream, start, rate) ? x.At(start) * factor : 0f);
    }

    static float Of(float x, uint bits, float rate, float factor) => DropoutMask.Keeps(bits, rate) ? x * factor : 0f;
}

public sealed partial class GpuBackend
{
    /// <inheritdoc/>
    public void Dropout(Tensor x, Tensor y, float rate, ulong seed, ulong stream)
    {
        if (x.Format == Format.BFloat16) Run(BFloat16sOf);
        else Run(Float32sOf);

        void Run<E>(Func<Tensor, E> of) where E : struct, INumbers =>
            Launch(DropoutKernels.Forward<E>, InFours(x), of(x), of(y), rate, seed, stream, Later, ElementsByFours(x, y), x.Shape.Count);
    }
}
