namespace NativeSsl;

/// <summary>
/// Adam with weight decay that does not pass through the moments. Kingma &amp; Ba 2015, “Adam: a method for stochastic optimization”,
/// algorithm 1; Loshchilov &amp; Hutter 2019, “Decoupled weight decay regularization”, algorithm 2.
/// </summary>
/// <param name="parameters">What is trained.</param>
/// <param name="beta1">β₁, how long the mean of gradients remembers.</param>
/// <param name="beta2">β₂, how long the mean of their squares remembers.</param>
/// <param name="epsilon">ε, which keeps the quotient finite.</param>
/// <param name="correctsBias">Whether the moments, which begin at zero, are scaled up at first. BERT's published optimizer (google-research/bert,
/// <c>optimization.py</c>) does not, so its first steps are larger, by up to √10 with the usual β₁ and β₂.</param>
public sealed class AdamW(Parameters parameters, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-8, bool correctsBias = true)
    : Optimizer(parameters, AdamWRates.Count)
{
    readonly Tensor _means = NewState(parameters), _squares = NewState(parameters);
    Tensor[][]? _windows;

    /// <inheritdoc/>
    public override IReadOnlyList<(string Name, Tensor Tensor)> State => [("means", _means), ("squares", _squares)];

    /// <inheritdoc/>
    protected override void Say(Span<float> numbers, int group, long time, double learningRate) =>
        new AdamWRates(Keep: (float)(1 - learningRate * Parameters.Groups[group].WeightDecay),
            Rate: (float)(correctsBias ? learningRate / (1 - Math.Pow(beta1, time)) : learningRate),
            RootCorrection: correctsBias ? (float)(1 / Math.Sqrt(1 - Math.Pow(beta2, time))) : 1f).CopyTo(numbers);

    /// <inheritdoc/>
    protected override void Move(int group, Tensor numbers, Tensor? factor)
    {
        _windows ??= [.. new[] { Parameters.Values, Parameters.Gradients, _means, _squares }.Select(flat => Windows(Parameters, flat))];
        var scalars = new AdamWScalars((float)beta1, (float)beta2, (float)(1 - beta1), (float)(1 - beta2), (float)epsilon);
        Parameters.Values.Backend.AdamW(_windows[0][group], _windows[1][group], _windows[2][group], _windows[3][group], scalars, numbers, factor);
    }
}
