namespace NativeSsl;

/// <summary>What tensors can do. Every op checks its shapes, records its gradient,
/// and says in its error which axis of which tensor does not fit.</summary>
public static partial class TensorOps
{
    extension(Tensor x)
    {
        /// <summary>Turns logits into probabilities: yᵢ = exp(xᵢ) / Σⱼ exp(xⱼ) over the last axis.</summary>
        /// <returns>The shape of <c>x</c>, <c>[..., classes]</c>; every row sums to one.</returns>
        /// <exception cref="ShapeException"><c>x</c> is a scalar.</exception>
        public Tensor Softmax()
        {
            Check.Rank("Softmax", "x", x.Shape, atLeast: 1);
            Tensor y = x.Like();
            x.Backend.Softmax(x, y);
            return y.Record("softmax", [x], dy =>
            {
                Tensor dx = x.NewGradient();
                x.Backend.SoftmaxGrad(y, dy, dx);
                return [dx];
            });
        }
    }
}
