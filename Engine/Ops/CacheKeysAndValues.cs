namespace NativeSsl;

public partial interface IBackend
{
    /// <summary>
    /// queries[b, t] ← packed[b, t, 0],  keys[b, start + t] ← packed[b, t, 1],  values[b, start + t] ← packed[b, t, 2]. Shapes: packed
    /// <c>[batch, time, 3, heads, width]</c>, queries <c>[batch, time, heads, width]</c>,
    /// keys and values <c>[batch, capacity, heads, width]</c>.
    /// </summary>
    void CacheKeysAndValues(Tensor packed, Tensor queries, Tensor keys, Tensor values, int start);
}

public sealed partial class CpuBackend
{
    /// <inheritdoc/>
    public unsafe void CacheKeysAndValues(Tensor packed, Tensor queries, Tensor keys, Tensor values, int start)
    {
        float* source = Floats(packed), queryRows = Floats(queries), keyRows = Floats(keys), valueRows = Floats(values);
        long row = keys.Shape.Span(2, 4), time = packed.Shape[1], capacity = keys.Shape[1], bytes = row * sizeof(float);
        for (long b = 0; b < packed.Shape[0]; b++)
            for (long t = 0; t < time; t++)
            {
                float* position = source + (b * time + t) * 3 * row;
                long place = (b * capacity + start + t) * row;
                Buffer.MemoryCopy(position, queryRows + (b * time + t) * row, bytes, bytes);
                Buffer.MemoryCopy(position + row, keyRows + place, bytes, bytes);
                Buffer.MemoryCopy(position + 2 * row, valueRows + place, bytes, bytes);
            }
    }
}
