namespace NativeSsl;

/// <summary>
/// A text is read and another one written, token by token, each from the true ones before it: span corruption, and every other task that T5 casts as text
/// to text. Raffel et al. 2020, section 2.4 and 3.1.2: teacher forcing with cross-entropy; the first token is written behind a padding token.
/// </summary>
/// <param name="model">Reads and writes.</param>
/// <param name="padding">The token behind the end of shorter targets, which does not count; and the one that writing begins with.</param>
public sealed class TextToText(SequenceModel model, int padding) : Objective
{
    /// <summary>The model that is trained.</summary>
    public SequenceModel Model => model;

    /// <inheritdoc/>
    public override IReadOnlyList<Part> Parts => [new("model", model)];

    // L = −1/T Σₜ ln p(yₜ | y₀ … yₜ₋₁, x),   y₀ = padding,   p(· | …) = softmax(W hₜ);   T counts the targets that are no padding
    /// <summary>The mean of −ln p over all targets that are no padding.</summary>
    /// <param name="views">Inputs <c>[batch, length]</c>, targets <c>[batch, time]</c> with padding behind, and, unless all inputs are equally long,
    /// how many of each sample are no padding, <c>[batch]</c>.</param>
    /// <exception cref="ShapeException">There are not two or three of them, or their shapes do not fit.</exception>
    public override Tensor Loss(Views views) => Loss(views, null);

    /// <summary>The same over some of the targets only; the others are still what stands before.</summary>
    /// <param name="views">As above.</param>
    /// <param name="asked">The targets, with padding where one does not count: <c>[batch, time]</c>; the targets themselves if null.</param>
    internal Tensor Loss(Views views, Indices? asked)
    {
        if (views.Indices.Count is not (2 or 3))
            throw new ShapeException($"TextToText: {views.Indices.Count} indices were given; inputs and targets are needed, and lengths if inputs are padded.");
        (Indices inputs, Indices targets, Indices? lengths) = (views.Indices[0], views.Indices[1], views.Indices.ElementAtOrDefault(2));
        if (targets.Shape.Rank != 2 || inputs.Shape.Rank != 2 || targets.Shape[0] != inputs.Shape[0])
            throw new ShapeException($"TextToText: inputs have shape {inputs.Shape} and targets {targets.Shape}; [batch, length] and [batch, time] are needed.");
        Tensor features = model.Decode(ShiftedRight(targets, padding), model.Encode(inputs, lengths), lengths);
        return NextToken.Loss(features, model.Head, asked ?? targets, padding);
    }

    /// <summary>What the decoder has before it when it writes the targets: the same, one later, behind a first token.</summary>
    /// <param name="targets"><c>[batch, time]</c></param>
    /// <param name="first">The token that writing begins with.</param>
    public static Indices ShiftedRight(Indices targets, int first)
    {
        int time = targets.Shape[1];
        return targets.Derive(targets.Shape, values =>
        {
            int[] shifted = new int[values.Length];
            for (int row = 0; row < shifted.Length; row += Math.Max(1, time))
            {
                shifted[row] = first;
                values.Span.Slice(row, time - 1).CopyTo(shifted.AsSpan(row + 1));
            }
            return shifted;
        });
    }

    /// <inheritdoc/>
    public override bool IsReplayable => true;

    /// <summary>A group for each size of steps that the model asks for: <see cref="SequenceModel.StepSize"/>, as a factor on the learning rate; weight decay on matrices only.</summary>
    /// <param name="weightDecay">λ</param>
    public override IReadOnlyList<ParameterGroup> ParameterGroups(float weightDecay) => [.. NamedParameters().GroupBy(entry => model.StepSize(entry.Tensor)).SelectMany(alike =>
        ParameterGroup.Usual(alike, weightDecay).Select(group => group with { Name = FormattableString.Invariant($"{group.Name} × {alike.Key}"), LearningRateScale = alike.Key }))];

    /// <summary>ln V: every token as likely as any other.</summary>
    public override double? ChanceLoss => Math.Log(model.Vocabulary);
}
