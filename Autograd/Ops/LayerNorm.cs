namespace NativeSsl;

public static partial class TensorOps
{
    extension(Tensor x)
    {
        /// <summary>
        /// Every row with its mean taken away and its deviation made one, then scaled and shifted: y = γ (x − μ) / √(σ² + ε) + β over the
        /// last axis; σ² divides by the number of features. Ba, Kiros &amp; Hinton 2016, “Layer normalization”, equation 4.
        /// </summary>
        /// <param name="gamma">The scales, <c>[features]</c>.</param>
        /// <param name="beta">The shifts, <c>[features]</c>; none if null.</param>
        /// <param name="epsilon">Added to the variance.</param>
        /// <param name="format">How the result is stored; BFloat16 on a GPU alone, for what reads it (<see cref="IBackend.ActivationFormat"/>).</param>
        /// <returns>The shape of <c>x</c>, <c>[..., features]</c>.</returns>
        /// <exception cref="ShapeException"><c>x</c> is a scalar, or gamma or beta is not as long as its last axis.</exception>
        public Tensor LayerNorm(Tensor gamma, Tensor? beta = null, float epsilon = 1e-5f, Format format = Format.Float32)
        {
            Check.Rank("LayerNorm", "x", x.Shape, atLeast: 1);
            CheckFeatures("gamma", gamma);
            if (beta is not null) CheckFeatures("beta", beta);

            Tensor y = Tensor.Empty(x.Backend, x.Shape, format), statistics = Tensor.Empty(x.Backend, [checked((int)x.Shape.Rows), 3]);
            x.Backend.LayerNorm(x, gamma, beta, epsilon, y, statistics);
            return y.Record("layer norm", beta is null ? [x, gamma] : [x, gamma, beta], dy =>
            {
                Tensor dx = x.NewGradient(), dgamma = gamma.NewGradient();
                Tensor? dbeta = beta?.NewGradient();
                x.Backend.LayerNormGrad(x, gamma, statistics, dy, dx, dgamma, dbeta);
                return dbeta is null ? [dx, dgamma] : [dx, dgamma, dbeta];
            }, saved: [statistics]);

            void CheckFeatures(string name, Tensor parameter)
            {
                Check.Rank("LayerNorm", name, parameter.Shape, atLeast: 1, atMost: 1);
                Check.Same("LayerNorm", x.Shape[-1], "last axis of x", x.Shape, parameter.Shape[0], $"axis 0 of {name}", parameter.Shape);
                Check.SameBackend("LayerNorm", x, parameter);
            }
        }
    }
}
