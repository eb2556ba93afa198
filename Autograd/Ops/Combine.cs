namespace NativeSsl;

public static partial class TensorOps
{
    extension(Tensor a)
    {
        /// <summary>
        /// A formula of two tensors, of your own or one of ours, with NumPy's broadcasting: shapes are aligned at the last axis, and an
        /// axis of length one, or a missing one, is stretched. The gradient of a stretched operand is summed over the stretched axes.
        /// </summary>
        /// <param name="b">The other operand, on the same device.</param>
        /// <param name="name">For messages.</param>
        /// <returns>The joint shape.</returns>
        /// <exception cref="ShapeException">An axis has two lengths, and neither is one.</exception>
        public Tensor Combine<F>(Tensor b, string name) where F : struct, IBinaryFormula
        {
            Check.SameBackend(name, a, b);
            Tensor y = Tensor.Empty(a.Backend, Broadcast(name, a.Shape, b.Shape));
            a.Backend.Combine<F>(a, b, y);
            return y.Record(name, [a, b], dy => [Slope(dy, a, ofRight: false), Slope(dy, b, ofRight: true)]);

            Tensor? Slope(Tensor dy, Tensor operand, bool ofRight)
            {
                if (!operand.RequiresGradient) return null;
                if (F.HasConstantSlopes)
                {
                    float slope = (ofRight ? F.RightSlope<Scalar>(default, default, default)
                        : F.LeftSlope<Scalar>(default, default, default)).Value;
                    Tensor sum = dy.SumTo(operand.Shape);
                    if (slope == 1f) return sum;
                    Tensor scaled = operand.NewGradient();
                    a.Backend.Combine<Multiply>(sum, Constant(a, slope), scaled);
                    return scaled;
                }
                Tensor dx = operand.Shape == y.Shape ? operand.NewGradient() : y.Like();
                a.Backend.CombineGrad<F>(a, b, y, dy, dx, ofRight);
                return dx.SumTo(operand.Shape);
            }
        }
    }

    /// <summary>The shape to which both are stretched.</summary>
    static Shape Broadcast(string op, Shape a, Shape b)
    {
        if (a == b) return a;
        int[] lengths = new int[Math.Max(a.Rank, b.Rank)];
        for (int axis = 1; axis <= lengths.Length; axis++)                      // from the last
        {
            int left = axis <= a.Rank ? a[-axis] : 1, right = axis <= b.Rank ? b[-axis] : 1;
            if (left != right && left != 1 && right != 1)
                throw new ShapeException(
                    $"{op}: axis {-axis} of the left operand is {left} (shape {a}) but of the right operand {right} (shape {b}); " +
                    "lengths must be equal, or one of them 1.");
            lengths[^axis] = left == 1 ? right : left;
        }
        return lengths;
    }
}
