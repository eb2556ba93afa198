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
                [Slope(dy, x, 2f), Slope(dy, target, -2f)]);

            Tensor? Slope(Tensor dy, Tensor operand, float factor)
            {
                if (!operand.RequiresGradient) return null;
                Tensor dx = operand.NewGradient();
                x.Backend.MeanSquaredErrorGrad(x, target, factor, dy, dx);
                return dx;
            }
        }
    }
}
