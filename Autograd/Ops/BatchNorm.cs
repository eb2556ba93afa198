namespace NativeSsl;

public static partial class TensorOps
{
    extension(Tensor x)
    {
        /// <summary>
        /// Every feature with its mean taken away and its deviation made one, then scaled and shifted:
        /// y = f(γ (x − μ) / √(σ² + ε) + β + residual). Ioffe &amp; Szegedy 2015, “Batch normalization”, algorithm 1. In a training
        /// <see cref="Step"/>, μ and σ² (which divides by n) are those of the n rows of x, and the running ones move towards them, the
        /// variance as one that divides by n − 1; elsewhere μ and σ² are the running ones.
        /// </summary>
        /// <param name="gamma">The scales, <c>[features]</c>; one if null.</param>
        /// <param name="beta">The shifts, <c>[features]</c>; zero if null.</param>
        /// <param name="runningMean"><c>[features]</c>, without gradient.</param>
        /// <param name="runningVariance"><c>[features]</c>, without gradient.</param>
        /// <param name="momentum">How far the running statistics move: new = (1 − momentum) old + momentum batch.</param>
        /// <param name="epsilon">Added to the variance.</param>
        /// <param name="activation">f: none, or Relu, which costs neither time nor memory here.</param>
        /// <param name="residual">Added before f, of the shape of <c>x</c>, or none.</param>
        /// <param name="format">How the result is stored; BFloat16 on a GPU alone, for what reads it (<see cref="IBackend.ActivationFormat"/>).</param>
        /// <returns>The shape of <c>x</c>, <c>[..., features]</c>.</returns>
        /// <exception cref="ShapeException">A parameter is not as long as the last axis of x, the residual has another shape, or, in
        /// training, there is only one row, which has no variance.</exception>
        /// <exception cref="NativeSslException">The activation is another one.</exception>
        public Tensor BatchNorm(Tensor? gamma, Tensor? beta, Tensor runningMean, Tensor runningVariance, float momentum = 0.1f,
            float epsilon = 1e-5f, Activation activation = Activation.None, Tensor? residual = null, Format format = Format.Float32)
        {
            Check.Rank("BatchNorm", "x", x.Shape, atLeast: 1);
            foreach ((string name, Tensor? parameter) in (ReadOnlySpan<(string, Tensor?)>)
                [("gamma", gamma), ("beta", beta), ("runningMean", runningMean), ("runningVariance", runningVariance)])
            {
                if (parameter is null) continue;
                Check.Rank("BatchNorm", name, parameter.Shape, atLeast: 1, atMost: 1);
                Check.Same("BatchNorm", x.Shape[-1], "last axis of x", x.Shape, parameter.Shape[0], $"axis 0 of {name}", parameter.Shape);
                Check.SameBackend("BatchNorm", x, parameter);
            }
            if (residual is not null)
            {
                Check.SameShape("BatchNorm", "residual", residual.Shape, "x", x.Shape);
                Check.SameBackend("BatchNorm", x, residual);
            }
            if (activation is not (Activation.None or Activation.Relu))
                throw new NativeSslException($"BatchNorm: activation {activation}; None and Relu are fused, apply others to the result.");
            bool training = Step.Current is { Training: true }, relu = activation == Activation.Relu;
            if (training && x.Shape.Rows < 2)
                throw new ShapeException($"BatchNorm: x has shape {x.Shape}, so each feature has {x.Shape.Rows} values; " +
                    "a variance needs two. Train on larger batches, or normalise with the running statistics outside a training step.");

            Tensor y = Tensor.Empty(x.Backend, x.Shape, format), statistics = Tensor.Empty(x.Backend, [BatchNormFormula.Count, x.Shape[-1]]);
            if (!training) x.Backend.RunningStatistics(runningMean, runningVariance, gamma, beta, epsilon, statistics);
            // What a checkpoint computes again has moved the running statistics before.
            else if (Tape.IsRecomputing) x.Backend.BatchStatistics(x, gamma, beta, epsilon, momentum, null, null, statistics);
            else x.Backend.BatchStatistics(x, gamma, beta, epsilon, momentum, runningMean, runningVariance, statistics);
            x.Backend.BatchNorm(x, statistics, relu, residual, y);
            Tensor[] inputs = [x, .. gamma is null ? [] : (Tensor[])[gamma], .. beta is null ? [] : (Tensor[])[beta],
                .. residual is null ? [] : (Tensor[])[residual]];
            y.Record("batch norm", inputs, dy =>
            {
                Tensor? mask = relu && residual is not null ? y : null;
                Tensor? g = relu && residual is { RequiresGradient: true } ? residual.NewGradient() : null;
                Tensor? dgamma = null, dbeta = null;
                if (training || g is not null || gamma is { RequiresGradient: true } || beta is { RequiresGradient: true })
                {
                    (dgamma, dbeta) = (gamma is null ? Row(x) : gamma.NewGradient(), beta is null ? Row(x) : beta.NewGradient());
                    x.Backend.BatchNormSums(x, statistics, relu, mask, dy, g, dgamma, dbeta);
                }
                Tensor? dx = x.RequiresGradient ? x.NewGradient() : null;
                bool masks = relu && g is null;                             // g has been through the mask
                if (dx is not null && training) x.Backend.BatchNormSlope(x, statistics, masks, mask, g ?? dy, dgamma, dbeta, dx);
                else if (dx is not null) x.Backend.BatchNormSlope(x, statistics, masks, mask, g ?? dy, null, null, dx);
                return [dx, .. gamma is null ? [] : (Tensor?[])[dgamma], .. beta is null ? [] : (Tensor?[])[dbeta],
                    .. residual is null ? [] : (Tensor?[])[relu ? g : dy]];
            }, saved: [statistics]);
            // One more pass over x, and where Relu was open is seen in y only if there is a residual.
            if (residual is null && y.Node is Node node) node.Remake = () => x.Backend.BatchNorm(x, statistics, relu, null, y);
            return y;
        }
    }

    static Tensor Row(Tensor x) => Tensor.Empty(x.Backend, [x.Shape[-1]]);
}
