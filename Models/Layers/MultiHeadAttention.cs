namespace NativeSsl;

/// <summary>
/// Every position gathers from the others what its query asks for, in several heads at once: <c>[batch, time, features]</c> to the same. Vaswani et al.
/// 2017, “Attention is all you need”, section 3.2.2. One projection makes queries, keys and values, and attention reads them where they lie.
/// </summary>
public sealed class MultiHeadAttention : Module
{
    readonly Linear _project, _output;
    readonly int _heads;
    readonly AttentionOptions _options;

    /// <param name="init">Draws the weights.</param>
    /// <param name="features">Features of a position; the heads share them.</param>
    /// <param name="heads">How many heads.</param>
    /// <param name="options">Causal or not, dropout of attention.</param>
    /// <param name="bias">Whether the projections have a bias.</param>
    /// <param name="deviation">Of the first weights.</param>
    /// <param name="outputDeviation">Of the first weights of the last projection, which adds to the residual stream; as the others if null.</param>
    /// <exception cref="ShapeException">The heads cannot share the features evenly.</exception>
    public MultiHeadAttention(Init init, int features, int heads, AttentionOptions options, bool bias = true, float deviation = 0.02f, float? outputDeviation = null)
    {
        if (heads < 1 || features % heads != 0)
            throw new ShapeException($"MultiHeadAttention: {features} features cannot be shared by {heads} heads. Choose a multiple of the number of heads.");
        (_heads, _options) = (heads, options);
        _project = new Linear(init, features, 3 * features, bias, deviation);
        _output = new Linear(init, features, features, bias, outputDeviation ?? deviation);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Part> Parts => [new("project", _project), new("output", _output)];

    // values += p x, output += p x: together p² of what is seen, in the place where it stood
    /// <summary>Heads begin with near positions; with values and output near the identity they pass on what they see as it is.</summary>
    /// <param name="positions">Where the heads look.</param>
    /// <param name="passes">p: 0 leaves both as they were drawn.</param>
    internal void Begin(NearPositions positions, float passes)
    {
        float[] project = _project.Weight.ToArray(), output = _output.Weight.ToArray();
        positions.AddTo(project);
        int width = _output.Weight.Shape[0];
        for (int i = 0; i < width; i++)
        {
            project[(2 * width + i) * width + i] += passes;
            output[i * width + i] += passes;
        }
        _project.Weight.Storage.CopyFrom(project);
        _output.Weight.Storage.CopyFrom(output);
    }

    /// <summary>Attention of a sequence to itself, <c>[batch, time, features]</c>.</summary>
    /// <param name="x"><c>[batch, time, features]</c></param>
    /// <param name="residual">Added to the result in the same pass, if given.</param>
    /// <param name="cache">What earlier calls have seen, if the sequence comes in pieces; grows by this piece.</param>
    /// <param name="layer">The layer's place in the cache.</param>
    /// <param name="lengths">How many positions of each sample are no padding, <c>[batch]</c>; all if null.</param>
    public Tensor Forward(Tensor x, Tensor? residual = null, KeyValueCache? cache = null, int layer = 0, Indices? lengths = null)
    {
        Check3(x);
        Format format = cache is null ? x.Backend.ActivationFormat : Format.Float32;
        Tensor packed = _project.Forward(x, format: format).Reshape([x.Shape[0], x.Shape[1], 3, _heads, x.Shape[2] / _heads]);
        Tensor gathered = cache is null ? packed.SelfAttention(lengths is null ? _options : _options with { KeyLengths = lengths }) : cache.Attend(layer, packed);
        return _output.Forward(gathered.Reshape(x.Shape), residual: residual);
    }

    static void Check3(Tensor x)
    {
        if (x.Shape.Rank != 3) throw new ShapeException($"MultiHeadAttention: x has shape {x.Shape}; [batch, time, features] is needed.");
    }
}
