namespace NativeSsl;

/// <summary>A network that reads a text in both directions at once and makes features of every token: what is kept of pretraining by masked words.</summary>
public abstract class TextEncoder : Module
{
    /// <summary>How many different tokens there are.</summary>
    public abstract int Vocabulary { get; }

    /// <summary>How many tokens it can see at once.</summary>
    public abstract int Context { get; }

    /// <summary>How many features a token gets.</summary>
    public abstract int Width { get; }

    /// <summary>The device of the parameters.</summary>
    public abstract IBackend Backend { get; }

    /// <summary>The table of tokens, <c>[vocabulary, width]</c>: a head that guesses words shares it.</summary>
    public abstract Tensor Table { get; }

    /// <summary>What the encoder makes of every token and all others of its sample, <c>[batch, time, width]</c>. Rows of padding hold no meaning.</summary>
    /// <param name="tokens"><c>[batch, time]</c>; behind a sample's length stands any token.</param>
    /// <param name="segments">Which of two texts each token belongs to, <c>[batch, time]</c>; all to the first if null.</param>
    /// <param name="lengths">How many tokens of each sample are no padding, <c>[batch]</c>; all if null.</param>
    /// <exception cref="ShapeException">There are more tokens than the context has room for, or shapes do not fit each other.</exception>
    /// <exception cref="IndexException">A token or a segment is not known.</exception>
    public abstract Tensor Features(Indices tokens, Indices? segments = null, Indices? lengths = null);

    /// <summary>What every layer makes of the tokens: first what the tables give, then what each block makes of it, each <c>[batch, time, width]</c>. The last are the
    /// <see cref="Features(Indices, Indices?, Indices?)"/>.</summary>
    /// <inheritdoc cref="Features(Indices, Indices?, Indices?)"/>
    public abstract IReadOnlyList<Tensor> HiddenStates(Indices tokens, Indices? segments = null, Indices? lengths = null);
}
