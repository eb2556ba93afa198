namespace NativeSsl;

/// <summary>
/// Causal attention in which groups of query heads share a head of keys and values, so that a cache is as much smaller: <c>[batch, time, features]</c> to the
/// same. Ainslie et al. 2023, “GQA: training generalized multi-query transformer models from multi-head checkpoints”, section 2.2; with as many key heads as
/// heads it is multi-head attention, with one it is multi-query attention. Queries and keys know their places by rotary positions; there are no biases.
/// </summary>
public sealed class GroupedQueryAttention : Module
{
    readonly Linear _query, _key, _value, _output;
    readonly int _heads, _keyHeads;
    readonly RotaryTable _table;

    /// <param name="init">Draws the weights.</param>
    /// <param name="features">Features of a position; the query heads share them.</param>
    /// <param name="heads">How many query heads.</param>
    /// <param name="keyHeads">How many heads of keys and values.</param>
    /// <param name="table">The angles of positions, for heads of features / heads features.</param>
    /// <param name="deviation">Of the first weights.</param>
    /// <param name="outputDeviation">Of the first weights of the last projection, which adds to the residual stream; as the others if null.</param>
    /// <exception cref="ShapeException">The heads cannot share the features, or the key heads the query heads, evenly; or the table is for other heads.</exception>
    public GroupedQueryAttention(Init init, int features, int heads, int keyHeads, RotaryTable table, float deviation = 0.02f, float? outputDeviation = null)
    {
        CheckHeads(features, heads, keyHeads);
        if (features / heads != table.Width)
            throw new ShapeException($"GroupedQueryAttention: heads have {features / heads} features ({features} shared by {heads}) but the table is for {table.Width}.");
        (_heads, _keyHeads, _table) = (heads, keyHeads, table);
        _query = new Linear(init, features, features, bias: false, deviation);
        _key = new Linear(init, features, keyHeads * table.Width, bias: false, deviation);
        _value = new Linear(init, features, keyHeads * table.Width, bias: false, deviation);
        _output = new Linear(init, features, features, bias: false, outputDeviation ?? deviation);
    }

    /// <summary>Before anything is made of them: the heads share the features evenly, and the key heads the query heads.</summary>
    internal static void CheckHeads(int features, int heads, int keyHeads)
    {
        if (heads < 1 || features < 1 || features % heads != 0)
            throw new ShapeException($"GroupedQueryAttention: {features} features cannot be shared by {heads} heads. Choose a multiple of the number of heads.");
        if (keyHeads < 1 || heads % keyHeads != 0)
            throw new ShapeException($"GroupedQueryAttention: {heads} query heads cannot share {keyHeads} key heads. Choose a divisor of the number of query heads.");
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Part> Parts => [new("query", _query), new("key", _key), new("value", _value), new("output", _output)];

    /// <summary>Attention of a sequence to itself, <c>[batch, time, features]</c>.</summary>
    /// <param name="x"><c>[batch, time, features]</c></param>
    /// <param name="residual">Added to the result in the same pass, if given.</param>
    /// <param name="cache">What earlier calls have seen, if the sequence comes in pieces; made for the key heads; grows by this piece.</param>
    /// <param name="layer">The layer's place in the cache.</param>
    /// <exception cref="ShapeException">x does not have three axes; or the sequence is longer than the table, or than the cache has room for.</exception>
    public Tensor Forward(Tensor x, Tensor? residual = null, KeyValueCache? cache = null, int layer = 0)
    {
        if (x.Shape.Rank != 3) throw new ShapeException($"GroupedQueryAttention: x has shape {x.Shape}; [batch, time, features] is needed.");
        int seen = cache?.Length ?? 0;
        Tensor queries = Heads(_query, _heads).RotaryPositions(_table, seen), keys = Heads(_key, _keyHeads).RotaryPositions(_table, seen), values = Heads(_value, _keyHeads);
        Tensor gathered = cache is null
            ? queries.Attention(Shared(keys, _heads), Shared(values, _heads), new AttentionOptions { Causal = true })
            : cache.Attend(layer, queries, keys, values);
        return _output.Forward(gathered.Reshape(x.Shape), residual: residual);

        Tensor Heads(Linear projection, int heads) => projection.Forward(x).Reshape([x.Shape[0], x.Shape[1], heads, _table.Width]);
    }

    /// <summary>Each head of keys or values as often as there are query heads that share it, side by side: <c>[batch, time, heads, width]</c>. Its gradient is
    /// the sum over them.</summary>
    internal static Tensor Shared(Tensor keys, int heads)
    {
        (int batch, int time, int keyHeads, int width) = (keys.Shape[0], keys.Shape[1], keys.Shape[2], keys.Shape[3]);
        return keyHeads == heads ? keys : keys.Reshape([batch, time, keyHeads, 1, width])
            .BroadcastTo([batch, time, keyHeads, heads / keyHeads, width]).Reshape([batch, time, heads, width]);
    }
}
