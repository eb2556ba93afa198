namespace NativeSsl;

/// <summary>
/// A text is its own teacher: from every token and those before it, guess the next one. Radford, Narasimhan, Salimans &amp; Sutskever 2018,
/// “Improving language understanding by generative pre-training”, equation 1.
/// </summary>
/// <param name="model">Reads from left to right.</param>
public sealed class NextToken(LanguageModel model) : Objective
{
    /// <summary>The model that is trained.</summary>
    public LanguageModel Model => model;

    /// <inheritdoc/>
    public override IReadOnlyList<Part> Parts => [new("model", model)];

    // L = −1/T Σₜ ln p(uₜ₊₁ | u₁ … uₜ),   p(· | u₁ … uₜ) = softmax(W hₜ)
    /// <summary>The mean of −ln p over all positions.</summary>
    /// <param name="views">Tokens and, one later, targets: <c>[batch, time]</c> each.</param>
    public override Tensor Loss(Views views)
    {
        (Indices tokens, Indices targets) = (views.Indices[0], views.Indices[1]);
        return model.Logits(tokens).CrossEntropy(targets);
    }

    /// <summary>ln V: every token as likely as any other.</summary>
    public override double? ChanceLoss => Math.Log(model.Vocabulary);
}
