namespace NativeSsl;

public static partial class TensorOps
{
    extension(Tensor x)
    {
        /// <summary>How surprised these logits are by distributions over classes:
        /// the mean over the rows of −Σᵢ tᵢ ln softmax(x)ᵢ.</summary>
        /// <param name="softTargets">t, <c>[..., classes]</c>, the shape of x. Rows need not sum to one; gradients flow here too.</param>
        /// <returns>A scalar; zero if there are no rows.</returns>
        /// <exception cref="ShapeException">x is a scalar, or the shapes differ.</exception>
        public Tensor CrossEntropy(Tensor softTargets)
        {
            Check.Rank("CrossEntropy", "x", x.Shape, atLeast: 1);
            Check.SameShape("CrossEntropy", "x", x.Shape, "softTargets", softTargets.Shape);
            Check.SameBackend("CrossEntropy", x, softTargets);
            Tensor loss = Tensor.Empty(x.Backend, []), statistics = Tensor.Empty(x.Backend, [checked((int)x.Shape.Rows), 2]);
            x.Backend.SoftCrossEntropy(x, softTargets, loss, statistics);
            return loss.Record("soft cross-entropy", [x, softTargets], dy =>
            {
                Tensor dx = x.NewGradient(), dt = softTargets.NewGradient();
                x.Backend.SoftCrossEntropyGrad(x, softTargets, statistics, dy, dx, dt);
                return [dx, dt];
            }, saved: [statistics]);
        }
    }
}
