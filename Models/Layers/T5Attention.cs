namespace NativeSsl;

/// <summary>
/// Attention as T5 has it, of a sequence to itself: no biases, heads of any width, and scores that are not divided by √width, because the first weights
/// of the queries are that much smaller instead. Raffel et al. 2020, section 2.1; first weights as in mesh-tensorflow (<c>attention_params</c>, with the
/// scaling folded into the initializer) and Hugging Face's <c>T5PreTrainedModel._init_weights</c>.
/// </summary>
public sealed class T5Attention : Module
{
    readonly Linear _project, _output;
    readonly int _heads;

    /// <param name="init">Draws the weights.</param>
    /// <param name="features">Features of a position.</param>
    /// <param name="heads">How many heads.</param>
    /// <param name="headWidth">Features of a head; all heads together may be wider or narrower than a position.</param>
    public T5Attention(Init init, int features, int heads, int headWidth)
    {
        _heads = heads;
        _project = new Linear(Packed(init, features, heads * headWidth, headWidth), null);
        _output = Output(init, features, heads, headWidth);
    }

    /// <summary>Rows of the weight <c>project</c>: all heads' queries, then all keys, then all values.</summary>
    public override IReadOnlyList<Part> Parts => [new("project", _project), new("output", _output)];

    /// <summary>The same shape, <c>[batch, time, features]</c>.</summary>
    /// <param name="x"><c>[batch, time, features]</c></param>
    /// <param name="options">Who sees whom, and the bias of distances.</param>
    /// <param name="residual">Added to the result in the same pass, if given.</param>
    /// <param name="cache">What earlier calls have seen, if the sequence comes in pieces; grows by this piece.</param>
    /// <param name="layer">The layer's place in the cache.</param>
    public Tensor Forward(Tensor x, AttentionOptions options, Tensor? residual = null, KeyValueCache? cache = null, int layer = 0)
    {
        int inner = _output.Weight.Shape[1];
        Format format = cache is null ? x.Backend.ActivationFormat : Format.Float32;
        Tensor packed = _project.Forward(x, format: format).Reshape([x.Shape[0], x.Shape[1], 3, _heads, inner / _heads]);
        Tensor gathered = cache is null ? packed.SelfAttention(options) : cache.Attend(layer, packed, options);
        return _output.Forward(gathered.Reshape([x.Shape[0], x.Shape[1], inner]), residual: residual);
    }

    // Normal with a variance of 1 / features for keys and values, and of 1 / (features · headWidth) for queries.
    static Tensor Packed(Init init, int features, int inner, int headWidth)
    {
        Tensor weight = init.Normal([3 * inner, features], 1f / MathF.Sqrt(features));
        float[] values = weight.ToArray();
        foreach (ref float value in values.AsSpan(0, inner * features)) value /= MathF.Sqrt(headWidth);
        weight.Storage.CopyFrom(values);
        return weight;
    }

    internal static Linear Output(Init init, int features, int heads, int headWidth) =>
        new(init, heads * headWidth, features, bias: false, 1f / MathF.Sqrt(heads * headWidth));
}
