namespace NativeSsl;

public static partial class TensorOps
{
    extension(Tensor x)
    {
        /// <summary>
        /// Every row with its root mean square made one, then scaled: y = γ ⊙ x / √(mean(x²) + ε) over the last axis; the mean is not taken away. Zhang &amp;
        /// Sennrich 2019, “Root mean square layer normalization”, equation 4.
        /// </summary>
        /// <param name="gamma">The scales, <c>[features]</c>.</param>
        /// <param name="epsilon">Added to the mean of squares.</param>
        /// <param name="format">How the result is stored; BFloat16 on a GPU alone, for what reads it (<see cref="IBackend.ActivationFormat"/>).</param>
        /// <returns>The shape of <c>x</c>, <c>[..., features]</c>.</returns>
        /// <exception cref="ShapeException"><c>x</c> is a scalar, or gamma is not as long as its last axis.</exception>
        public Tensor RmsNorm(Tensor gamma, float epsilon = 1e-6f, Format format = Format.Float32)
        {
            Check.Rank("RmsNorm", "x", x.Shape, atLeast: 1);
            Check.Rank("RmsNorm", "gamma", gamma.Shape, atLeast: 1, atMost: 1);
            Check.Same("RmsNorm", x.Shape[-1], "last axis of x", x.Shape, gamma.Shape[0], "axis 0 of gamma", gamma.Shape);
            Check.SameBackend("RmsNorm", x, gamma);

            Tensor y = Tensor.Empty(x.Backend, x.Shape, format), reciprocals = Tensor.Empty(x.Backend, [checked((int)x.Shape.Rows)]);
            x.Backend.RmsNorm(x, gamma, epsilon, y, reciprocals);
            return y.Record("rms norm", [x, gamma], dy =>
            {
                Tensor dx = x.NewGradient(), dgamma = gamma.NewGradient();
                x.Backend.RmsNormGrad(x, gamma, reciprocals, dy, dx, dgamma);
                return [dx, dgamma];
            }, saved: [reciprocals]);
        }
    }
}
