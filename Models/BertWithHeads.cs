namespace NativeSsl;

/// <summary>
/// A <see cref="Bert"/> with what its pretraining puts on top of it: a pooler, the head of masked words, the layer that says whether one text follows
/// the other. Each may be missing. Devlin et al. 2019, “BERT”, section 3.1; RoBERTa (Liu et al. 2019) has the head of masked words only. The parts have the names
/// that they have in the objectives that train them, so that a checkpoint of a run fills this model.
/// </summary>
public sealed class BertWithHeads : Module
{
    /// <param name="encoder">The network that all heads read.</param>
    /// <param name="pooler">Features of a whole text.</param>
    /// <param name="head">The odds of words.</param>
    /// <param name="answer">Two odds from what the pooler makes, <c>[2, width]</c>: row 0 is “it follows”, row 1 “it does not”.</param>
    /// <exception cref="ShapeException">The layer of next sentences has another shape, or no bias, or no pooler to read from; the head of masked words
    /// has another vocabulary.</exception>
    public BertWithHeads(Bert encoder, Pooler? pooler = null, MaskedHead? head = null, Linear? answer = null)
    {
        (Encoder, Pooler, Head, Answer) = (encoder, pooler, head, answer);
        if (answer is { } next && (next.Weight.Shape != [2, encoder.Width] || next.Bias is null || pooler is null))
            throw new ShapeException($"BertWithHeads: the layer of next sentences is {next.Weight.Shape}{(next.Bias is null ? ", without a bias" : "")}"
                + $"{(pooler is null ? ", without a pooler" : "")}; {Shape.Of(2, encoder.Width)} with a bias is needed, behind a pooler.");
        if (head is { } words && words.Bias.Shape != [encoder.Vocabulary])
            throw new ShapeException(
                $"BertWithHeads: the head of masked words has a bias of {words.Bias.Shape}, but the encoder a table of {encoder.Table.Shape}.");
    }

    /// <summary>A new one, as <see cref="Bert"/>, <see cref="NativeSsl.Pooler"/> and <see cref="NativeSsl.MaskedHead"/> begin.</summary>
    /// <param name="config">The sizes.</param>
    /// <param name="init">Draws the weights, and says on which device.</param>
    /// <param name="pooler">Whether it has features of a whole text.</param>
    /// <param name="head">Whether it has the head of masked words.</param>
    /// <param name="answer">Whether it says which text follows; this needs the pooler.</param>
    public BertWithHeads(Bert.Config config, Init init, bool pooler = true, bool head = true, bool answer = true)
        : this(new Bert(config, init), pooler ? new Pooler(init, config.Width) : null,
            head ? new MaskedHead(init, config.Width, config.Vocabulary, config.Epsilon) : null,
            answer ? new Linear(init.Truncated(), config.Width, 2, deviation: 0.02f) : null) { }

    /// <inheritdoc/>
    public override IReadOnlyList<Part> Parts =>
        [new("encoder", Encoder), new("head", Head), new("pooler", Pooler), new("answer", Answer)];

    /// <summary>The network that all heads read.</summary>
    public Bert Encoder { get; }
    /// <summary>Features of a whole text, if there is such a head.</summary>
    public Pooler? Pooler { get; }
    /// <summary>The odds of words, if there is such a head.</summary>
    public MaskedHead? Head { get; }
    /// <summary>Whether the second text follows the first, <c>[2, width]</c>, if there is such a head.</summary>
    public Linear? Answer { get; }
}
