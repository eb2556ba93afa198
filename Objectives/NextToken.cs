namespace NativeSsl;

/// <summary>
/// A text is its own teacher: from every token and those before it, guess the next one. Radford, Narasimhan, Salimans &amp; Sutskever 2018,
/// “Improving language understanding by generative pre-training”, equation 1.
/// </summary>
/// <param name="model">Reads from left to right.</param>
public sealed class NextToken(LanguageModel model) : Objective
{
    // From here on the logits are never stored as a whole. Both ways take the same time within a tenth (768 and 4096 tokens, vocabularies
    // of 2048 to 16384), so memory decides: below, the logits of a batch are hardly larger than one chunk of the other way; above, they
    // soon outgrow all the rest of a step (4096 tokens of 50257: 820 MB, and as much again for the slopes).
    internal const int LargeVocabulary = 2048;

    /// <summary>The target of a place that has nothing to guess.</summary>
    internal const int NoTarget = -100;

    /// <summary>The model that is trained.</summary>
    public LanguageModel Model => model;

    /// <inheritdoc/>
    public override IReadOnlyList<Part> Parts => [new("model", model)];

    // L = −1/T Σₜ ln p(uₜ₊₁ | u₁ … uₜ),   p(· | u₁ … uₜ) = softmax(W hₜ)
    /// <summary>The mean of −ln p over all positions.</summary>
    /// <param name="views">Tokens and, one later, targets: <c>[batch, time]</c> each.</param>
    public override Tensor Loss(Views views) => Loss(model.Features(views.Indices[0]), model.Head, views.Indices[1]);

    /// <summary>The same from features that are there already.</summary>
    /// <param name="features">h, <c>[batch, time, width]</c>.</param>
    /// <param name="head">W, <c>[vocabulary, width]</c>.</param>
    /// <param name="targets"><c>[batch, time]</c></param>
    /// <param name="ignored">The target that does not count.</param>
    internal static Tensor Loss(Tensor features, Tensor head, Indices targets, int ignored = NoTarget) => head.Shape[0] < LargeVocabulary
        ? features.Linear(head).CrossEntropy(targets, ignoreIndex: ignored) : features.LinearCrossEntropy(head, targets, ignoreIndex: ignored);

    /// <inheritdoc/>
    public override bool IsReplayable => true;

    /// <summary>ln V: every token as likely as any other.</summary>
    public override double? ChanceLoss => Math.Log(model.Vocabulary);
}
