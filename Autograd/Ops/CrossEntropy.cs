namespace NativeSsl;

public static partial class TensorOps
{
    extension(Tensor x)
    {
        /// <summary>
        /// How surprised these logits are by the true classes: the mean over the rows of −Σᵢ tᵢ ln softmax(x)ᵢ, where t is one at the row's
        /// class, or, smoothed, 1 − λ there plus λ / classes everywhere (Szegedy et al. 2016, section 7).
        /// </summary>
        /// <param name="targets">The class of each row, <c>[...]</c>: the shape of x without its last axis.</param>
        /// <param name="ignoreIndex">The target of rows that do not count.
        /// If no row counts, the loss is zero, and so is its gradient.</param>
        /// <param name="labelSmoothing">λ, in 0 … 1.</param>
        /// <returns>A scalar.</returns>
        /// <exception cref="ShapeException">x is a scalar, or targets has another shape than x without its last axis.</exception>
        /// <exception cref="IndexException">A target is neither a class nor ignored.</exception>
        /// <exception cref="NativeSslException">labelSmoothing is outside 0 … 1.</exception>
        public Tensor CrossEntropy(Indices targets, int ignoreIndex = -100, float labelSmoothing = 0f)
        {
            Check.Rank("CrossEntropy", "x", x.Shape, atLeast: 1);
            Check.SameShape("CrossEntropy", "x without its last axis", x.Shape.Without(-1), "targets", targets.Shape);
            Labels labels = Checked("CrossEntropy", targets, x.Shape[-1], ignoreIndex, labelSmoothing);

            Tensor loss = Tensor.Empty(x.Backend, []), statistics = Tensor.Empty(x.Backend, [checked((int)targets.Shape.Count), 2]);
            x.Backend.CrossEntropy(x, labels, loss, statistics);
            return loss.Record("cross-entropy", [x], dy =>
            {
                Tensor dx = x.NewGradient();
                x.Backend.CrossEntropyGrad(x, labels, statistics, dy, dx);
                return [dx];
            }, saved: [statistics]);
        }
    }

    static Labels Checked(string op, Indices targets, int classes, int ignoreIndex, float labelSmoothing)
    {
        if (labelSmoothing is not (>= 0f and <= 1f))
            throw new NativeSslException($"{op}: labelSmoothing is {labelSmoothing}; it must be in 0 … 1.");
        targets.CheckWithin(op, classes, ignored: ignoreIndex);
        return new Labels(targets, ignoreIndex, labelSmoothing, Counted: targets.CountOfOthers(ignoreIndex));
    }
}
