namespace NativeSsl;

/// <summary>
/// Momentum whose steps are a fixed share of each tensor's length. You, Gitman &amp; Ginsburg 2017, “Large batch training of convolutional
/// networks”, algorithm 1, as SimCLR (Chen, Kornblith, Norouzi &amp; Hinton 2020, section 2.2) uses it: tensors with one axis (biases,
/// batch norm) take plain steps; put them into a group without weight decay, as <see cref="ParameterGroup.Usual"/> does.
/// </summary>
/// <param name="parameters">What is trained.</param>
/// <param name="momentum">μ, how much of the velocity stays.</param>
/// <param name="trust">τ, the length of a step in lengths of its tensor.</param>
public sealed class Lars(Parameters parameters, double momentum = 0.9, double trust = 0.001) : Optimizer(parameters, numbersOfGroup: 1)
{
    readonly Tensor _velocities = NewState(parameters);
    readonly LarsTensors[] _tensors = [.. parameters.Groups.Select(group => TensorsOf(parameters, group))];
    Tensor[][]? _windows;

    /// <inheritdoc/>
    public override IReadOnlyList<(string Name, Tensor Tensor)> State => [("velocities", _velocities)];

    /// <inheritdoc/>
    protected override void Say(Span<float> numbers, int group, long time, double learningRate) => numbers[0] = (float)learningRate;

    /// <inheritdoc/>
    protected override void Move(int group, Tensor numbers, Tensor? factor)
    {
        _windows ??= [.. new[] { Parameters.Values, Parameters.Gradients, _velocities }.Select(flat => Windows(Parameters, flat))];
        LarsScalars scalars = new((float)momentum, Parameters.Groups[group].WeightDecay, (float)trust);
        Parameters.Values.Backend.Lars(_windows[0][group], _windows[1][group], _windows[2][group], _tensors[group], scalars, numbers, factor);
    }

    static LarsTensors TensorsOf(Parameters parameters, ParameterGroup group)
    {
        List<(long Start, long Length, bool Adapts)> tensors = [];
        long start = 0;
        foreach ((_, Tensor tensor) in group.Tensors)
        {
            tensors.Add((start, tensor.Shape.Count, tensor.Shape.Rank >= 2));
            start += OnePiece.Padded(tensor.Shape.Count);
        }
        return new LarsTensors(parameters.Values.Backend, tensors);
    }
}
