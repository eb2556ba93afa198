namespace NativeSsl;

public static partial class TensorOps
{
    extension(Tensor x)
    {
        /// <summary>The mean over all elements of (x − target)²; gradients flow to both.</summary>
        /// <param name="target">The shape of <c>x</c>: nothing is broadcast.</param>
        /// <returns>A scalar; zero if there are no elements.</returns>
        /// <exception cref="ShapeException">The shapes differ.</exception>
        public Tensor MeanSquaredError(Tensor target)
        {
            Check.SameShape("MeanSquaredError", "x", x.Shape, "target", target.Shape);
            Check.SameBackend("MeanSquaredError", x, target);
            Tensor loss = Tensor.Empty(x.Backend, []);
            x.Backend.MeanSquaredError(x, target, loss);
            return loss.Record("mean squared error", [x, target], dy =>
                [x.RequiresGradient ? Slope(dy, 2f) : null, target.RequiresGradient ? Slope(dy, -2f) : null]);

            Tensor Slope(Tensor dy, float factor)
            {
                Tensor dx = x.Like();
                x.Backend.MeanSquaredErrorGrad(x, target, factor, dy, dx);
                return dx;
            }
        }
    }
}
