namespace NativeSsl;

/// <summary>
/// Momentum whose steps are a fixed share of each tensor's length. You, Gitman &amp; Ginsburg 2017, “Large batch training of convolutional
/// networks”, algorithm 1, as SimCLR (Chen, Kornblith, Norouzi &amp; Hinton 2020, section 2.2) uses it: tensors with one axis (biases,
/// batch norm) take plain steps; put them into a group without weight decay, as <see cref="ParameterGroup.Usual"/> does.
/// </summary>
/// <param name="parameters">What is trained.</param>
/// <param name="momentum">μ, how much of the velocity stays.</param>
/// <param name="trust">τ, the length of a step in lengths of its tensor.</param>
public sealed class Lars(Parameters parameters, double momentum = 0.9, double trust = 0.001) : Optimizer(parameters)
{
    readonly Tensor _velocities = NewState(parameters);
    (Tensor Values, Tensor Gradients, Tensor Velocities, bool Adapts)[][]? _tensors;

    /// <inheritdoc/>
    public override IReadOnlyList<(string Name, Tensor Tensor)> State => [("velocities", _velocities)];

    /// <inheritdoc/>
    protected override void Move(int group, long time, double learningRate, Tensor? factor)
    {
        _tensors ??= [.. Enumerable.Range(0, Parameters.Groups.Count).Select(OfGroup)];
        foreach (var (values, gradients, velocities, adapts) in _tensors[group])
            values.Backend.Lars(values, gradients, velocities, new LarsScalars(
                (float)learningRate, (float)momentum, Parameters.Groups[group].WeightDecay, adapts ? (float)trust : 0f), factor);
    }

    (Tensor, Tensor, Tensor, bool)[] OfGroup(int group) => [.. Parameters.Places(group).Select(place =>
        (Parameters.Window(Parameters.Values, place.Range), Parameters.Window(Parameters.Gradients, place.Range),
            Parameters.Window(_velocities, place.Range), place.Tensor.Shape.Rank >= 2))];
}
