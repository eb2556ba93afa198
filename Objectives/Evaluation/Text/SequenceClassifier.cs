namespace NativeSsl;

/// <summary>A pretrained network and what makes classes of its features: what <see cref="TextFineTuning"/> trains.</summary>
public abstract class SequenceClassifier : Module
{
    /// <summary>The pretrained network. Its parts named <c>blocks.0</c>, <c>blocks.1</c>, … are layers, each with its own learning rate.</summary>
    public abstract Module Body { get; }

    /// <summary>From a text's features to classes.</summary>
    public abstract Linear Head { get; }

    /// <summary>How many tokens the network can see at once.</summary>
    public abstract int Context { get; }

    /// <summary>The device of the parameters.</summary>
    public abstract IBackend Backend { get; }

    /// <summary>How many classes there are.</summary>
    public int Classes => Head.Weight.Shape[0];

    /// <summary>The odds of every class up to a constant of the text, as logarithms, <c>[batch, classes]</c>.</summary>
    /// <inheritdoc cref="TextEncoder.Features"/>
    public Tensor Logits(Indices tokens, Indices? segments, Indices lengths) => Read(tokens, segments, lengths, auxiliary: false).Logits;

    /// <summary>The logits, and beside them the loss of what the network was pretrained for, on the same texts.</summary>
    /// <param name="tokens"><c>[batch, time]</c>; behind a sample's length stands any token.</param>
    /// <param name="segments">Which of two texts each token belongs to, <c>[batch, time]</c>; all to the first if null.</param>
    /// <param name="lengths">How many tokens of each sample are no padding, <c>[batch]</c>.</param>
    /// <param name="auxiliary">Whether that loss is asked for.</param>
    /// <returns><c>[batch, classes]</c>, and a scalar if it was asked for.</returns>
    /// <exception cref="NativeSslException">It is asked for, but the network was not pretrained for what the labelled texts can be asked.</exception>
    /// <exception cref="ShapeException">There are more tokens than the context has room for, or shapes do not fit each other.</exception>
    public abstract (Tensor Logits, Tensor? Auxiliary) Read(Indices tokens, Indices? segments, Indices lengths, bool auxiliary);

    private protected static int CheckedClasses(string who, int classes) => classes >= 2 ? classes : throw new NativeSslException($"{who}: {classes} classes; at least two are needed.");
}
