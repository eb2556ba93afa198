namespace NativeSsl;

/// <summary>
/// The keys and values that a causal transformer has computed for the tokens it has seen: with them a new token costs one position, not all of
/// them again. For inference: no gradient flows through.
/// </summary>
public sealed class KeyValueCache
{
    readonly Tensor[] _keys, _values;
    Tensor? _spareKeys, _spareValues;                       // what Reorder gathers into

    /// <summary>How many tokens it has room for.</summary>
    public int Capacity { get; }

    /// <summary>How many tokens it holds.</summary>
    public int Length { get; private set; }

    /// <param name="backend">The device.</param>
    /// <param name="layers">How many layers of attention the model has.</param>
    /// <param name="batch">How many sequences run side by side.</param>
    /// <param name="capacity">How many tokens of each it has room for.</param>
    /// <param name="heads">Attention heads.</param>
    /// <param name="width">Features of a head.</param>
    public KeyValueCache(IBackend backend, int layers, int batch, int capacity, int heads, int width)
    {
        Capacity = capacity;
        _keys = [.. Enumerable.Range(0, layers).Select(_ => Tensor.Lasting(backend, [batch, capacity, heads, width]))];
        _values = [.. Enumerable.Range(0, layers).Select(_ => Tensor.Lasting(backend, [batch, capacity, heads, width]))];
    }

    /// <summary>Takes in keys and values of new tokens and lets their queries look at all tokens so far.</summary>
    /// <param name="layer">The layer, from zero.</param>
    /// <param name="packed">Queries, keys and values of the new tokens, <c>[batch, time, 3, heads, width]</c>.</param>
    /// <param name="options">Bias and scale, if they are not the usual ones: causal it is anyway.</param>
    /// <returns><c>[batch, time, heads, width]</c></returns>
    /// <exception cref="ShapeException">There is no room for as many tokens, or the shape is another than the cache's.</exception>
    /// <exception cref="GradientException">A gradient is asked for.</exception>
    public Tensor Attend(int layer, Tensor packed, AttentionOptions? options = null)
    {
        (Tensor keys, Tensor values) = (_keys[layer], _values[layer]);
        int batch = keys.Shape[0], time = packed.Shape.Rank > 1 ? packed.Shape[1] : 0;
        if (packed.Shape != [batch, time, 3, keys.Shape[2], keys.Shape[3]])
            throw new ShapeException($"KeyValueCache: packed has shape {packed.Shape} but a cache of {keys.Shape} takes [{batch}, time, 3, {keys.Shape[2]}, {keys.Shape[3]}].");
        if (Length + time > Capacity)
            throw new ShapeException($"KeyValueCache: {Length} tokens and {time} new ones are more than its capacity of {Capacity}. Reset it and begin with the latest tokens.");
        if (Tape.IsRecording && packed.RequiresGradient)
            throw new GradientException("KeyValueCache: no gradient flows through a cache. Call the model under Tape.NoGradient().");
        Tensor queries = Tensor.Empty(keys.Backend, [batch, time, keys.Shape[2], keys.Shape[3]]);
        keys.Backend.CacheKeysAndValues(packed, queries, keys, values, Length);
        return queries.Attention(keys, values, (options ?? new AttentionOptions()) with { Causal = time > 1, KeyCount = Length + time });
    }

    /// <summary>The same for models whose queries, keys and values lie apart, of which several query heads may share a head of keys and values: the cache
    /// holds the latter only.</summary>
    /// <param name="layer">The layer, from zero.</param>
    /// <param name="queries">Of the new tokens, <c>[batch, time, heads, width]</c>; a multiple of the cache's heads.</param>
    /// <param name="keys">Of the new tokens, <c>[batch, time, key heads, width]</c>; the key heads are those of the cache.</param>
    /// <param name="values">Of the new tokens, <c>[batch, time, key heads, width]</c>.</param>
    /// <returns><c>[batch, time, heads, width]</c></returns>
    /// <exception cref="ShapeException">There is no room for as many tokens, or a shape is another than the cache's.</exception>
    /// <exception cref="GradientException">A gradient is asked for.</exception>
    public Tensor Attend(int layer, Tensor queries, Tensor keys, Tensor values)
    {
        (Tensor allKeys, Tensor allValues) = (_keys[layer], _values[layer]);
        (int batch, int keyHeads, int width) = (allKeys.Shape[0], allKeys.Shape[2], allKeys.Shape[3]);
        int time = keys.Shape.Rank > 1 ? keys.Shape[1] : 0, heads = queries.Shape.Rank > 2 ? queries.Shape[2] : 0;
        if (keys.Shape != [batch, time, keyHeads, width] || values.Shape != keys.Shape)
            throw new ShapeException($"KeyValueCache: keys have shape {keys.Shape} and values {values.Shape} but a cache of {allKeys.Shape} takes [{batch}, time, {keyHeads}, {width}].");
        if (queries.Shape != [batch, time, heads, width] || heads % keyHeads != 0)
            throw new ShapeException($"KeyValueCache: queries have shape {queries.Shape} but keys of {keys.Shape} need [{batch}, {time}, a multiple of {keyHeads}, {width}].");
        if (Length + time > Capacity)
            throw new ShapeException($"KeyValueCache: {Length} tokens and {time} new ones are more than its capacity of {Capacity}. Reset it and begin with the latest tokens.");
        if (Tape.IsRecording && (queries.RequiresGradient || keys.RequiresGradient || values.RequiresGradient))
            throw new GradientException("KeyValueCache: no gradient flows through a cache. Call the model under Tape.NoGradient().");
        Append(keys, allKeys);
        Append(values, allValues);
        int seen = Length + time, shared = heads / keyHeads;
        if (time != 1)
            return queries.Attention(GroupedQueryAttention.Shared(allKeys.Slice(1, 0, seen), heads), GroupedQueryAttention.Shared(allValues.Slice(1, 0, seen), heads),
                new AttentionOptions { Causal = true });
        // One new token sees all others: the queries that share a head of keys stand as if they were at several times, and no key is copied for them.
        Tensor grouped = queries.Reshape([batch, keyHeads, shared, width]).Permute(0, 2, 1, 3);
        return grouped.Attention(allKeys, allValues, new AttentionOptions { KeyCount = seen }).Permute(0, 2, 1, 3).Reshape(queries.Shape);

        void Append(Tensor news, Tensor all)
        {
            long row = keyHeads * (long)width;
            all.Backend.Rearrange(news, 0, all, Length * row, [batch, time * keyHeads * width], [time * row, 1], [Capacity * row, 1]);
        }
    }

    /// <summary>Counts the new tokens, once all layers have taken them in.</summary>
    public void Advance(int tokens) => Length += tokens;

    /// <summary>Sequence i goes on from what sequence <c>rows[i]</c> has been so far: how a beam search drops some and follows others twice.</summary>
    /// <param name="rows"><c>[batch]</c></param>
    /// <exception cref="ShapeException">There are more or fewer rows than sequences.</exception>
    /// <exception cref="IndexException">A row is not there.</exception>
    public void Reorder(Indices rows)
    {
        Shape shape = _keys[0].Shape;
        if (rows.Shape != [shape[0]]) throw new ShapeException($"KeyValueCache.Reorder: rows have shape {rows.Shape} but a cache of {shape} needs [{shape[0]}].");
        rows.CheckWithin("KeyValueCache.Reorder", shape[0]);
        if (rows.Values.Span.SequenceEqual([.. Enumerable.Range(0, shape[0])])) return;
        _spareKeys ??= Tensor.Lasting(_keys[0].Backend, shape);
        _spareValues ??= Tensor.Lasting(_keys[0].Backend, shape);
        for (int layer = 0; layer < _keys.Length; layer++)
        {
            (_keys[layer], _spareKeys) = (Gathered(_keys[layer], _spareKeys), _keys[layer]);
            (_values[layer], _spareValues) = (Gathered(_values[layer], _spareValues), _values[layer]);
        }

        Tensor Gathered(Tensor from, Tensor to)
        {
            from.Backend.Gather(from, rows, to, 1, shape[0], shape.Span(1, 4));
            return to;
        }
    }

    /// <summary>Forgets all tokens.</summary>
    public void Reset() => Length = 0;
}
