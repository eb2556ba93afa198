namespace NativeSsl;

/// <summary>
/// Gradient descent with momentum, and with Nesterov's look ahead if asked for; weight decay is added to the gradient. Sutskever, Martens,
/// Dahl &amp; Hinton 2013, “On the importance of initialization and momentum in deep learning”, section 2,
/// in the form where values are those looked ahead to.
/// </summary>
/// <param name="parameters">What is trained.</param>
/// <param name="momentum">μ, how much of the velocity stays; 0 for plain gradient descent.</param>
/// <param name="nesterov">Whether the move looks ahead along the velocity.</param>
public sealed class Sgd(Parameters parameters, double momentum = 0, bool nesterov = false) : Optimizer(parameters, numbersOfGroup: 1)
{
    readonly Tensor _velocities = NewState(parameters);
    Tensor[][]? _windows;

    /// <inheritdoc/>
    public override IReadOnlyList<(string Name, Tensor Tensor)> State => [("velocities", _velocities)];

    /// <inheritdoc/>
    protected override void Say(Span<float> numbers, int group, long time, double learningRate) => numbers[0] = (float)learningRate;

    /// <inheritdoc/>
    protected override void Move(int group, Tensor numbers, Tensor? factor)
    {
        _windows ??= [.. new[] { Parameters.Values, Parameters.Gradients, _velocities }.Select(flat => Windows(Parameters, flat))];
        var scalars = new SgdScalars((float)momentum, Parameters.Groups[group].WeightDecay,
            Gradient: nesterov ? 1f : 0f, Velocity: nesterov ? (float)momentum : 1f);
        Parameters.Values.Backend.Sgd(_windows[0][group], _windows[1][group], _windows[2][group], scalars, numbers, factor);
    }
}
