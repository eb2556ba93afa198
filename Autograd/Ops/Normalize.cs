namespace NativeSsl;

public static partial class TensorOps
{
    extension(Tensor x)
    {
        /// <summary>
        /// Every row at length one: y = x / max(‖x‖₂, ε) over the last axis. A row of zeros stays zero; rows shorter than ε are divided by
        /// ε, and so is their gradient.
        /// </summary>
        /// <returns>The shape of <c>x</c>, <c>[..., features]</c>.</returns>
        /// <exception cref="ShapeException"><c>x</c> is a scalar.</exception>
        public Tensor Normalize(float epsilon = 1e-12f)
        {
            Check.Rank("Normalize", "x", x.Shape, atLeast: 1);
            Tensor y = x.Like(), norms = Tensor.Empty(x.Backend, [checked((int)x.Shape.Rows)]);
            x.Backend.Normalize(x, epsilon, y, norms);
            return y.Record("normalize", [x], dy =>
            {
                Tensor dx = x.NewGradient();
                x.Backend.NormalizeGrad(y, epsilon, norms, dy, dx);
                return [dx];
            }, saved: [norms]);
        }
    }
}
