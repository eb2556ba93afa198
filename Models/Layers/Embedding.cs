namespace NativeSsl;

/// <summary>A row of a table for each token: <c>[...]</c> to <c>[..., features]</c>.</summary>
/// <param name="weight">The table, <c>[tokens, features]</c>.</param>
public sealed class Embedding(Tensor weight) : Module
{
    /// <summary>The table, <c>[tokens, features]</c>.</summary>
    public Tensor Weight => weight;

    /// <summary>Rows drawn from a normal distribution.</summary>
    public Embedding(Init init, int tokens, int features, float deviation = 0.02f) : this(init.Normal([tokens, features], deviation)) { }

    /// <inheritdoc/>
    public override IReadOnlyList<Part> Parts => [new("weight", weight)];

    /// <summary>The rows of the given tokens, <c>[..., features]</c>.</summary>
    /// <exception cref="IndexException">A token is not in the table.</exception>
    public Tensor Forward(Indices tokens) => weight.Embed(tokens);
}
