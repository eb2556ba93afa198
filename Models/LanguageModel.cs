namespace NativeSsl;

/// <summary>A model that reads tokens from left to right and says what may come next.</summary>
public abstract class LanguageModel : Module
{
    /// <summary>How many different tokens there are.</summary>
    public abstract int Vocabulary { get; }

    /// <summary>How many tokens it can see at once.</summary>
    public abstract int Context { get; }

    /// <summary>The device of the parameters.</summary>
    public abstract IBackend Backend { get; }

    /// <summary>The projection from features to logits, <c>[vocabulary, features]</c>.</summary>
    public abstract Tensor Head { get; }

    /// <summary>What the model makes of every position and those before it, <c>[batch, time, features]</c>.</summary>
    /// <param name="tokens"><c>[batch, time]</c></param>
    /// <param name="cache">What earlier calls have seen, if the text comes in pieces; grows by this piece.</param>
    /// <exception cref="ShapeException">There are more tokens than the context has room for.</exception>
    /// <exception cref="IndexException">A token is not in the vocabulary.</exception>
    public abstract Tensor Features(Indices tokens, KeyValueCache? cache = null);

    /// <summary>An empty cache for generation.</summary>
    /// <param name="batch">How many texts are written side by side.</param>
    /// <param name="capacity">How many tokens of each it has room for; without it, as many as the model can see. Room costs memory from the start.</param>
    public abstract KeyValueCache NewCache(int batch = 1, int? capacity = null);

    /// <summary>ln of the odds of every token at every position, up to a constant of the position: <c>[batch, time, vocabulary]</c>.</summary>
    public Tensor Logits(Indices tokens, KeyValueCache? cache = null) => Features(tokens, cache).Linear(Head);
}
