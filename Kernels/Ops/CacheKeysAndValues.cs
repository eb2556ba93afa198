namespace NativeSsl.Kernels;

/// <summary>One thread for each feature of each new position.</summary>
static class CacheKernels
{
    public static void Append(Floats packed, Floats queries, Floats keys, Floats values, long row, long time,
        long capacity, long start, long count)
    {
        long i = Grid.GlobalLinearIndex;
        if (i >= count) return;
        long position = i / row, feature = i - position * row, b = position / time, t = position - b * time;
        long from = position * 3 * row + feature, to = (b * capacity + start + t) * row + feature;
        queries[i] = packed[from];
        keys[to] = packed[from + row];
        values[to] = packed[from + 2 * row];
    }
}

public sealed partial class GpuBackend
{
    /// <inheritdoc/>
    public void CacheKeysAndValues(Tensor packed, Tensor queries, Tensor keys, Tensor values, int start)
    {
        long row = keys.Shape.Span(2, 4), count = packed.Shape[0] * (long)packed.Shape[1] * row;
        Launch(CacheKernels.Append, count, View(packed), View(queries), View(keys), View(values), row, (long)packed.Shape[1],
            (long)keys.Shape[1], (long)start, count);
    }
}
