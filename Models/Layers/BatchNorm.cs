namespace NativeSsl;

/// <summary>
/// Every feature with mean 0 and variance 1 over a batch, then stretched and shifted: <c>[..., features]</c>. Ioffe &amp; Szegedy 2015,
/// algorithms 1 and 2: in a training step the statistics are the batch's, elsewhere the running ones.
/// </summary>
/// <param name="gamma">The stretch, <c>[features]</c>, or none.</param>
/// <param name="beta">The shift, <c>[features]</c>, or none.</param>
/// <param name="runningMean"><c>[features]</c>, without gradient.</param>
/// <param name="runningVariance"><c>[features]</c>, without gradient.</param>
/// <param name="momentum">How far the running statistics move in each training step.</param>
/// <param name="epsilon">Added to the variance.</param>
public sealed class BatchNorm(Tensor? gamma, Tensor? beta, Tensor runningMean, Tensor runningVariance, float momentum = 0.1f,
    float epsilon = 1e-5f) : Module
{
    /// <summary>Running statistics of mean 0 and variance 1; a stretch of one and a shift of zero, unless left out.</summary>
    /// <param name="init">Makes the tensors.</param>
    /// <param name="features">How many features.</param>
    /// <param name="scale">Whether there is a stretch.</param>
    /// <param name="shift">Whether there is a shift.</param>
    /// <param name="startsAtZero">Whether the stretch begins at zero: a residual block then begins as the identity
    /// (Goyal et al. 2017, “Accurate, large minibatch SGD”, section 5.1).</param>
    /// <param name="momentum">How far the running statistics move in each training step.</param>
    /// <param name="epsilon">Added to the variance.</param>
    public BatchNorm(Init init, int features, bool scale = true, bool shift = true, bool startsAtZero = false, float momentum = 0.1f,
        float epsilon = 1e-5f)
        : this(!scale ? null : startsAtZero ? init.Zeros([features]) : init.Ones([features]), shift ? init.Zeros([features]) : null,
            init.State([features], 0f), init.State([features], 1f), momentum, epsilon) { }

    /// <inheritdoc/>
    public override IReadOnlyList<Part> Parts =>
        [new("weight", gamma), new("bias", beta), new("running_mean", runningMean), new("running_var", runningVariance)];

    /// <summary>The normalised features, of the same shape, with a residual added and Relu taken in the same pass if asked for.</summary>
    /// <param name="x"><c>[..., features]</c></param>
    /// <param name="activation">None or Relu.</param>
    /// <param name="residual">The same shape.</param>
    /// <param name="format">How the result is stored.</param>
    public Tensor Forward(Tensor x, Activation activation = Activation.None, Tensor? residual = null, Format format = Format.Float32) =>
        x.BatchNorm(gamma, beta, runningMean, runningVariance, momentum, epsilon, activation, residual, format);
}
