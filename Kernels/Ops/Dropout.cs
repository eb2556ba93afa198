namespace NativeSsl.Kernels;

/// <summary>A thread to four neighbours, which share what it draws; the last has what is left.</summary>
static class DropoutKernels
{
    public static void Forward(Floats x, Floats y, float rate, ulong seed, ulong stream, ArrayView<ulong> later, long byFours, long count)
    {
        long i = Grid.GlobalLinearIndex, start = i * Float4.Count;
        float factor = 1f / (1f - rate);
        stream += later[0];
        if (start + Float4.Count <= byFours)
        {
            Float4 four = x.Cast<Float4>()[i];
            (uint a, uint b, uint c, uint d) = Philox.Block(seed, stream, (ulong)i);
            y.Cast<Float4>()[i] = new Float4(Of(four.A, a, rate, factor), Of(four.B, b, rate, factor), Of(four.C, c, rate, factor), Of(four.D, d, rate, factor));
        }
        else
            for (long end = Math.Min(start + Float4.Count, count); start < end; start++) y[start] = DropoutMask.Keeps(seed, stream, start, rate) ? x[start] * factor : 0f;
    }

    static float Of(float x, uint bits, float rate, float factor) => DropoutMask.Keeps(bits, rate) ? x * factor : 0f;
}

public sealed partial class GpuBackend
{
    /// <inheritdoc/>
    public void Dropout(Tensor x, Tensor y, float rate, ulong seed, ulong stream) =>
        Launch(DropoutKernels.Forward, InFours(x), View(x), View(y), rate, seed, stream, Later, ElementsByFours(x, y), x.Shape.Count);
}
