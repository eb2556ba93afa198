namespace NativeSsl;

/// <summary>What attention does besides softmax(q kᵀ / √width) v.</summary>
public sealed record AttentionOptions
{
    /// <summary>A query sees no later key. With fewer queries than keys, the queries are the last ones:
    /// query i sees keys 0 … i + keys − queries.</summary>
    public bool Causal { get; init; }
    /// <summary>How many keys each sample has, <c>[batch]</c>; the others are padding. All of them if null.</summary>
    public Indices? KeyLengths { get; init; }
    /// <summary>Added to the scaled scores, <c>[batch or 1, heads or 1, queries, keys]</c>; −∞ hides a key. Gradients flow to it.</summary>
    public Tensor? Bias { get; init; }
    /// <summary>The share of attention probabilities set to zero, 0 up to 1;
    /// acts only inside a <see cref="Step"/> that is training.</summary>
    public float Dropout { get; init; }
    /// <summary>What q · k is multiplied with; 1 / √width if null.</summary>
    public float? Scale { get; init; }
    /// <summary>Only the first so many keys and values count: a cache <c>[batch, capacity, heads, width]</c> is read in place.
    /// All of them if null.</summary>
    public int? KeyCount { get; init; }
}

public static partial class TensorOps
{
    extension(Tensor x)
    {
        /// <summary>
        /// Each query's mean of the values, weighted by softmax(scale · q kᵀ + bias) over the keys it may see; of the others nothing
        /// reaches it, and no gradient reaches them. A query that sees no key gives zeros. Vaswani et al. 2017, equation 1.
        /// The scores are never stored as a whole.
        /// </summary>
        /// <param name="key"><c>[batch, keys, heads, width]</c></param>
        /// <param name="value"><c>[batch, keys, heads, width]</c></param>
        /// <param name="options">Masks, bias, dropout, scale.</param>
        /// <returns>The shape of <c>x</c>, the queries: <c>[batch, queries, heads, width]</c>.</returns>
        /// <exception cref="ShapeException">An axis does not fit; the message names it and both shapes.</exception>
        /// <exception cref="IndexException">A key length is negative, or larger than the number of keys.</exception>
        public Tensor Attention(Tensor key, Tensor value, AttentionOptions? options = null)
        {
            Check.Rank("Attention", "query", x.Shape, 4, 4);
            Check.Rank("Attention", "key", key.Shape, 4, 4);
            foreach (int axis in (ReadOnlySpan<int>)[0, 2, 3])
                Check.Same("Attention", x.Shape[axis], $"axis {axis} of query", x.Shape, key.Shape[axis], $"axis {axis} of key", key.Shape);
            Check.SameShape("Attention", "value", value.Shape, "key", key.Shape);
            Check.SameBackend("Attention", x, key);
            Check.SameBackend("Attention", x, value);
            AttentionShape shape = ShapeOf("Attention", x.Shape[0], x.Shape[2], x.Shape[1], key.Shape[1], x.Shape[3], options ??= new());
            return Attend("attention", shape, options, [x, key, value], HeadView.Of(x), HeadView.Of(key), HeadView.Of(value),
                (k, gradient) => HeadView.Of(gradient));
        }

        /// <summary>
        /// <c>Attention</c> of a sequence to itself: queries, keys and values side by side in one tensor, as one projection makes them, and
        /// their gradient in one tensor of the same layout.
        /// </summary>
        /// <param name="options">Masks, bias, dropout, scale.</param>
        /// <returns><c>[batch, time, heads, width]</c> from <c>x</c>, <c>[batch, time, 3, heads, width]</c>.</returns>
        /// <exception cref="ShapeException">An axis does not fit; the message names it and both shapes.</exception>
        /// <exception cref="IndexException">A key length is negative, or larger than the number of keys.</exception>
        public Tensor SelfAttention(AttentionOptions? options = null)
        {
            Check.Rank("SelfAttention", "x", x.Shape, 5, 5);
            if (x.Shape[2] != 3)
                throw new ShapeException($"SelfAttention: axis 2 of x is {x.Shape[2]} (shape {x.Shape}) " +
                    "but 3 (query, key, value) is needed: [batch, time, 3, heads, width].");
            AttentionShape shape = ShapeOf("SelfAttention", x.Shape[0], x.Shape[3], x.Shape[1], x.Shape[1], x.Shape[4], options ??= new());
            return Attend("self-attention", shape, options, [x], HeadView.OfPacked(x, 0), HeadView.OfPacked(x, 1), HeadView.OfPacked(x, 2),
                (k, gradient) => HeadView.OfPacked(gradient, k));
        }

        /// <summary><c>Attention</c> to a memory whose keys and values lie side by side in one tensor, as one projection makes them.</summary>
        /// <param name="memory"><c>[batch, keys, 2, heads, width]</c></param>
        /// <param name="options">Masks, bias, dropout, scale.</param>
        /// <returns>The shape of <c>x</c>, the queries: <c>[batch, queries, heads, width]</c>.</returns>
        /// <exception cref="ShapeException">An axis does not fit; the message names it and both shapes.</exception>
        /// <exception cref="IndexException">A key length is negative, or larger than the number of keys.</exception>
        public Tensor CrossAttention(Tensor memory, AttentionOptions? options = null)
        {
            Check.Rank("CrossAttention", "query", x.Shape, 4, 4);
            Check.Rank("CrossAttention", "memory", memory.Shape, 5, 5);
            Check.SameShape("CrossAttention", "memory", memory.Shape, "what these queries need", [x.Shape[0], memory.Shape[1], 2, x.Shape[2], x.Shape[3]]);
            Check.SameBackend("CrossAttention", x, memory);
            AttentionShape shape = ShapeOf("CrossAttention", x.Shape[0], x.Shape[2], x.Shape[1], memory.Shape[1], x.Shape[3], options ??= new());
            return Attend("cross-attention", shape, options, [x, memory], HeadView.Of(x), HeadView.OfPacked(memory, 0), HeadView.OfPacked(memory, 1),
                (k, gradient) => k == 0 ? HeadView.Of(gradient) : HeadView.OfPacked(gradient, k - 1));
        }
    }

    static AttentionShape ShapeOf(string op, int batch, int heads, int queries, int keys, int width, AttentionOptions options)
    {
        if (options.KeyCount is { } count)
            keys = count >= 0 && count <= keys ? count : throw new ShapeException($"{op}: KeyCount is {count} but there are {keys} keys.");
        if (options.KeyLengths is { } lengths)
        {
            if (lengths.Shape != Shape.Of(batch))
                throw new ShapeException($"{op}: KeyLengths has shape {lengths.Shape} but a batch of {batch} needs {Shape.Of(batch)}.");
            lengths.CheckWithin($"{op}.KeyLengths", keys + 1);
        }
        if (options.Bias is { } bias)
        {
            Check.Rank(op, "bias", bias.Shape, 4, 4);
            Shape full = [batch, heads, queries, keys];
            for (int axis = 0; axis < 4; axis++)
                if (bias.Shape[axis] != full[axis] && (axis > 1 || bias.Shape[axis] != 1))
                    throw new ShapeException(
                        $"{op}: axis {axis} of bias is {bias.Shape[axis]} (shape {bias.Shape}) " +
                        $"but of the scores {full[axis]} (shape {full}).");
        }
        if (options.Dropout is not (>= 0f and < 1f))
            throw new NativeSslException($"{op}: Dropout is {options.Dropout}; it must be at least 0 and less than 1.");
        Step? step = options.Dropout > 0 && Step.Current is { Training: true } training ? training : null;
        return new AttentionShape
        {
            Batch = batch, Heads = heads, Queries = queries, Keys = keys, Width = width,
            Scale = options.Scale ?? 1f / MathF.Sqrt(width),
            Reach = options.Causal ? keys - queries + 1 : keys,
            Dropout = step is null ? 0f : options.Dropout, Seed = step?.Seed ?? 0, Stream = step?.NextStream() ?? 0,
        };
    }

    // Numbers multiplied by one product of queries and keys, those that a causal mask hides left out.
    static double Pairs(AttentionShape shape)
    {
        double seen = 0;
        for (int query = 0; query < shape.Queries; query++) seen += shape.Visible(query, shape.Keys);
        return seen * shape.Batch * shape.Heads * shape.Width;
    }

    // Inputs are queries, keys and values, or queries and one tensor of both others, or one tensor that holds all three;
    // viewGradient says where the k-th of the three lies in its gradient.
    static Tensor Attend(string name, AttentionShape shape, AttentionOptions options, Tensor[] inputs, HeadView q, HeadView k, HeadView v,
        Func<int, Tensor, HeadView> viewGradient)
    {
        IBackend backend = q.Tensor.Backend;
        AttentionMask mask = new(options.KeyLengths, options.Bias);
        Format format = q.Tensor.Format;
        foreach (Tensor input in inputs)
            if (input.Format != format) throw new UnsupportedFormatException($"{name}: a tensor of shape {input.Shape} is {input.Format}, queries are {format}. Convert one of them first.");
        Tensor y = Tensor.Empty(backend, [shape.Batch, shape.Queries, shape.Heads, shape.Width], format);
        Tensor logSumExp = Tensor.Empty(backend, [shape.Batch, shape.Heads, shape.Queries]);
        backend.Attention(shape, mask, q, k, v, HeadView.Of(y), logSumExp);
        FlopCount.Add(2 * Pairs(shape));                // q kᵀ and its product with v
        Tensor[] all = options.Bias is { } bias ? [.. inputs, bias] : inputs;
        return y.Record(name, all, dy =>
        {
            var gradients = new Tensor?[all.Length];
            for (int i = 0; i < inputs.Length; i++)
            {
                Tensor gradient = inputs[i].Like();
                // Keys behind KeyCount take no part, and the kernels do not touch them.
                if (inputs.Length == 1 ? shape.Keys < shape.Queries : i > 0 && shape.Keys < inputs[i].Shape[1]) backend.Fill(gradient, 0f);
                gradients[i] = gradient;
            }
            HeadView Gradient(int i) => viewGradient(i, gradients[Math.Min(i, inputs.Length - 1)]!);
            backend.AttentionGrad(shape, mask, q, k, v, HeadView.Of(y), logSumExp, HeadView.Of(dy), Gradient(0), Gradient(1), Gradient(2));
            FlopCount.Add(4 * Pairs(shape));
            if (mask.Bias is { RequiresGradient: true })
            {
                Tensor dbias = mask.Bias.Like();
                backend.AttentionBiasGrad(shape, mask, q, k, v, HeadView.Of(y), logSumExp, HeadView.Of(dy), dbias);
                gradients[^1] = dbias;
            }
            return gradients;
        }, [logSumExp]);
    }
}
