namespace NativeSsl;

/// <summary>A model that reads one text in both directions, and from it writes another from left to right: an encoder and a decoder.</summary>
public abstract class SequenceModel : Module
{
    /// <summary>How many different tokens there are.</summary>
    public abstract int Vocabulary { get; }

    /// <summary>The device of the parameters.</summary>
    public abstract IBackend Backend { get; }

    /// <summary>The projection from what <see cref="Decode(Indices, Tensor, Indices?)"/> gives to logits, <c>[vocabulary, width]</c>.</summary>
    public abstract Tensor Head { get; }

    /// <summary>What the encoder makes of every token and all others of its sample, <c>[batch, time, width]</c>: the memory. Rows of padding hold no meaning.</summary>
    /// <param name="tokens"><c>[batch, time]</c>; behind a sample's length stands any token.</param>
    /// <param name="lengths">How many tokens of each sample are no padding, <c>[batch]</c>; all if null.</param>
    /// <exception cref="ShapeException">Tokens are not <c>[batch, time]</c>, or there are more or fewer lengths than samples.</exception>
    /// <exception cref="IndexException">A token is not in the vocabulary.</exception>
    public abstract Tensor Encode(Indices tokens, Indices? lengths = null);

    /// <summary>What the decoder makes of every token, those before it, and the memory, <c>[batch, time, width]</c>: ready for <see cref="Head"/>.</summary>
    /// <param name="tokens">What has been written, <c>[batch, time]</c>, from the starting token on.</param>
    /// <param name="memory"><c>[batch, keys, width]</c></param>
    /// <param name="memoryLengths">How many positions of each memory are no padding, <c>[batch]</c>; all if null.</param>
    /// <exception cref="ShapeException">Tokens are not <c>[batch, time]</c>, or the batch is no multiple of the memory's.</exception>
    /// <exception cref="IndexException">A token is not in the vocabulary.</exception>
    public abstract Tensor Decode(Indices tokens, Tensor memory, Indices? memoryLengths = null);

    /// <summary>The same for a piece of the text, when the cache knows what came before, and the memory.</summary>
    /// <param name="tokens">The next tokens, <c>[batch · beams, time]</c>.</param>
    /// <param name="cache">Grows by this piece.</param>
    /// <exception cref="ShapeException">The cache has no room for as many tokens, or is of another batch.</exception>
    /// <exception cref="IndexException">A token is not in the vocabulary.</exception>
    /// <exception cref="GradientException">A gradient is asked for.</exception>
    public abstract Tensor Decode(Indices tokens, SequenceCache cache);

    /// <summary>A cache in which nothing has been written yet.</summary>
    /// <param name="memory"><c>[batch, keys, width]</c></param>
    /// <param name="memoryLengths">How many positions of each memory are no padding, <c>[batch]</c>; all if null.</param>
    /// <param name="capacity">How many tokens of each text it has room for. Room costs memory from the start.</param>
    /// <param name="beams">How many texts are written for each memory.</param>
    public abstract SequenceCache NewCache(Tensor memory, Indices? memoryLengths, int capacity, int beams = 1);

    /// <summary>
    /// How large a tensor's steps should be beside those of others: as large as its values begin. An optimizer whose steps do not depend on the gradient's size moves all values by
    /// the rate, which is little for a table that begins with a deviation of 1, and much for a matrix with 1/√inputs. One for all, unless a model says otherwise.
    /// </summary>
    /// <param name="parameter">A parameter of this model.</param>
    public virtual float StepSize(Tensor parameter) => 1f;

    /// <summary>ln of the odds of every token at every position, up to a constant of the position: <c>[batch, time, vocabulary]</c>.</summary>
    /// <param name="inputs">What is read, <c>[batch, length]</c>.</param>
    /// <param name="written">What has been written, <c>[batch, time]</c>, from the starting token on.</param>
    /// <param name="inputLengths">How many inputs of each sample are no padding, <c>[batch]</c>; all if null.</param>
    public Tensor Logits(Indices inputs, Indices written, Indices? inputLengths = null) =>
        Decode(written, Encode(inputs, inputLengths), inputLengths).Linear(Head);
}
