namespace NativeSsl;

/// <summary>
/// Every position of one sequence gathers from another, the memory: queries from the one, keys and values from the other. Vaswani et al. 2017, section
/// 3.2.3; as in T5 without biases and without dividing scores by √width (Raffel et al. 2020, section 2.1), first weights like <see cref="T5Attention"/>'s.
/// </summary>
/// <param name="init">Draws the weights.</param>
/// <param name="features">Features of a position, in both sequences.</param>
/// <param name="heads">How many heads.</param>
/// <param name="headWidth">Features of a head; all heads together may be wider or narrower than a position.</param>
/// <param name="dropout">The share of attention probabilities set to zero in training.</param>
public sealed class CrossAttention(Init init, int features, int heads, int headWidth, float dropout) : Module
{
    readonly Linear _query = new(init, features, heads * headWidth, bias: false, 1f / MathF.Sqrt((float)features * headWidth));
    readonly Linear _memory = new(init, features, 2 * heads * headWidth, bias: false, 1f / MathF.Sqrt(features));
    readonly Linear _output = T5Attention.Output(init, features, heads, headWidth);

    /// <summary>Rows of the weight <c>memory</c>: all heads' keys, then all values.</summary>
    public override IReadOnlyList<Part> Parts => [new("query", _query), new("memory", _memory), new("output", _output)];

    // W(keys) = √headWidth W(queries): the keys' usual size; two rows that are alike have a score of about √headWidth, others one around zero
    /// <summary>
    /// Before any training a position looks at positions of the memory that are like itself: the keys' weights begin as those of the queries (Trockman &amp; Kolter 2023, “Mimetic initialization of
    /// self-attention layers”, section 3, where the product of the two begins near a multiple of the identity).
    /// </summary>
    public void BeginAlike()
    {
        float[] weight = _memory.Weight.ToArray(), queries = _query.Weight.ToArray();
        for (int i = 0; i < queries.Length; i++) weight[i] = MathF.Sqrt(headWidth) * queries[i];
        _memory.Weight.Storage.CopyFrom(weight);
    }

    /// <summary>Keys and values of a memory, <c>[texts, keys, 2, heads, width]</c>: made once, however often it is looked at.</summary>
    /// <param name="memory"><c>[texts, keys, features]</c></param>
    /// <param name="format">How they are stored.</param>
    public Tensor Remember(Tensor memory, Format format = Format.Float32) => _memory.Forward(memory, format: format).Reshape([memory.Shape[0], memory.Shape[1], 2, heads, headWidth]);

    /// <summary>The shape of x, <c>[batch, time, features]</c>.</summary>
    /// <param name="x"><c>[batch, time, features]</c>; the batch may be a multiple of the texts, if several samples in a row look at the same one.</param>
    /// <param name="remembered">What <see cref="Remember"/> gave, <c>[texts, keys, 2, heads, width]</c>.</param>
    /// <param name="lengths">How many keys of each text are no padding, <c>[texts]</c>; all if null.</param>
    /// <param name="residual">Added to the result in the same pass, if given.</param>
    /// <exception cref="ShapeException">The batch is no multiple of the texts.</exception>
    public Tensor Forward(Tensor x, Tensor remembered, Indices? lengths = null, Tensor? residual = null)
    {
        (int batch, int time, int texts) = (x.Shape[0], x.Shape[1], remembered.Shape[0]);
        if (texts == 0 || batch % texts != 0)
            throw new ShapeException($"CrossAttention: axis 0 of x is {batch} (shape {x.Shape}); it must be a multiple of the {texts} texts remembered.");
        // Queries do not see each other, so those of all samples that share a text are simply more queries of that text.
        Tensor queries = _query.Forward(x, format: remembered.Format).Reshape([texts, batch / texts * time, heads, headWidth]);
        Tensor gathered = queries.CrossAttention(remembered, new AttentionOptions { KeyLengths = lengths, Scale = 1f, Dropout = dropout });
        return _output.Forward(gathered.Reshape([batch, time, heads * headWidth]), residual: residual);
    }
}
