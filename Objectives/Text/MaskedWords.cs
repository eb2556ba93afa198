namespace NativeSsl;

/// <summary>
/// A text is its own teacher: guess the words that were covered from those around them. Devlin, Chang, Lee &amp; Toutanova 2019, “BERT: pre-training of deep
/// bidirectional transformers for language understanding”, section 3.1, task 1; with <see cref="FullSentences"/> it is RoBERTa's whole task (Liu et al. 2019).
/// </summary>
/// <param name="encoder">What is kept of pretraining.</param>
/// <param name="head">From features to what is multiplied with the encoder's table of tokens.</param>
public sealed class MaskedWords(TextEncoder encoder, MaskedHead head) : Objective
{
    /// <summary>What is kept of pretraining.</summary>
    public TextEncoder Encoder => encoder;

    /// <summary>The head that guesses words.</summary>
    public MaskedHead Head => head;

    /// <summary>What was trained, as a model that can be kept: the same networks, not copies.</summary>
    /// <exception cref="NativeSslException">The encoder is no <see cref="NativeSsl.Bert"/>.</exception>
    public BertWithHeads ToModel() => new(Bert(encoder), head: head);

    internal static Bert Bert(TextEncoder encoder) => encoder as Bert
        ?? throw new NativeSslException($"The encoder is a {encoder.GetType().Name}; only a Bert has heads to be kept with.");

    /// <inheritdoc/>
    public override IReadOnlyList<Part> Parts => [new("encoder", encoder), new("head", head)];

    /// <summary>The mean of −ln p over the covered words, and over them alone.</summary>
    /// <param name="views">As <see cref="MaskedViews"/> has them.</param>
    public override Tensor Loss(Views views)
    {
        Tensor h = encoder.Features(views.Indices[MaskedViews.Tokens], views.Indices[MaskedViews.Segments], views.Indices[MaskedViews.Lengths]);
        return Loss(h, encoder.Table, head, views);
    }

    // L = −1/|M| Σ ln p(wₘ | the text with the words of M covered),   p = softmax(E LN(GELU(W hₘ + c)) + b),   m in M
    /// <summary>The same from features that are there already.</summary>
    /// <param name="features">h, <c>[batch, time, width]</c>.</param>
    /// <param name="table">E, <c>[vocabulary, width]</c>.</param>
    /// <param name="head">W, c, the layer norm, and b.</param>
    /// <param name="views">Whose places and targets are those of the covered words.</param>
    internal static Tensor Loss(Tensor features, Tensor table, MaskedHead head, Views views)
    {
        // Only the rows that are asked about go through the head: the logits of all would be larger than the rest of the model.
        Tensor asked = features.Reshape([features.Shape[0] * features.Shape[1], features.Shape[2]]).Gather(views.Indices[MaskedViews.Places]);
        return head.Forward(asked).LinearCrossEntropy(table, views.Indices[MaskedViews.Targets], head.Bias);
    }

    /// <summary>ln V: every word as likely as any other.</summary>
    public override double? ChanceLoss => Math.Log(encoder.Vocabulary);
}
