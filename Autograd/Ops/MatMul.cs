namespace NativeSsl;

public static partial class TensorOps
{
    extension(Tensor a)
    {
        /// <summary>The matrix product of the last two axes, c = a b. Leading axes agree,
        /// or one of the two is a single matrix for all.</summary>
        /// <param name="b">Shape <c>[..., steps, columns]</c>.</param>
        /// <param name="transposeA">Whether the last two axes of <c>a</c> are exchanged: it is <c>[..., steps, rows]</c> then.</param>
        /// <param name="transposeB">Whether the last two axes of <c>b</c> are exchanged: it is <c>[..., columns, steps]</c> then.</param>
        /// <returns>Shape <c>[..., rows, columns]</c>.</returns>
        /// <exception cref="ShapeException">The inner axes, or the leading ones, differ, or there are fewer than two axes.</exception>
        public Tensor MatMul(Tensor b, bool transposeA = false, bool transposeB = false)
        {
            Check.SameBackend("MatMul", a, b);
            Check.Rank("MatMul", "a", a.Shape, atLeast: 2);
            Check.Rank("MatMul", "b", b.Shape, atLeast: 2);
            int stepsOfA = transposeA ? -2 : -1, stepsOfB = transposeB ? -1 : -2;
            Check.Same("MatMul", a.Shape[stepsOfA], $"axis {stepsOfA} of a", a.Shape, b.Shape[stepsOfB], $"axis {stepsOfB} of b", b.Shape);
            if (a.Shape.Rank > 2 && b.Shape.Rank > 2 && !a.Shape.AsSpan()[..^2].SequenceEqual(b.Shape.AsSpan()[..^2]))
                throw new ShapeException($"MatMul: the leading axes of a (shape {a.Shape}) and b (shape {b.Shape}) differ. " +
                    "They must agree, or one of the two must have just two axes.");

            Shape leading = a.Shape.Rank > 2 ? a.Shape : b.Shape;
            Tensor c = Tensor.Empty(a.Backend, leading.With(-2, a.Shape[transposeA ? -1 : -2]).With(-1, b.Shape[transposeB ? -2 : -1]));
            a.Backend.MatMul(a, b, c, transposeA, transposeB, accumulate: false);
            FlopCount.AddProduct(c, a.Shape[stepsOfA]);

            // da = dc bᵀ and db = aᵀ dc; the gradient of a matrix stored transposed is the transposed product, (dc bᵀ)ᵀ = b dcᵀ.
            return c.Record("matmul", [a, b], dc =>
            [
                !a.RequiresGradient ? null : transposeA ? ProductFor(a, b, dc, transposeB, true) : ProductFor(a, dc, b, false, !transposeB),
                !b.RequiresGradient ? null : transposeB ? ProductFor(b, dc, a, true, transposeA) : ProductFor(b, a, dc, !transposeA, false),
            ]);
        }
    }

    // The gradient of a, as a product: straight into the gradient of a leaf, or returned.
    // If a is one matrix for many items, their gradients add up.
    static Tensor? ProductFor(Tensor a, Tensor left, Tensor right, bool transposeLeft, bool transposeRight)
    {
        Tensor? sink = a.GradientSink(out bool accumulate);
        Tensor gradient = sink ?? a.Like();
        Shape many = left.Shape.Rank > 2 ? left.Shape : right.Shape;
        double items = many.Span(0, many.Rank - 2), rows = left.Shape[transposeLeft ? -1 : -2];
        FlopCount.Add(items * rows * left.Shape[transposeLeft ? -2 : -1] * right.Shape[transposeRight ? -2 : -1]);
        if (many.Rank == a.Shape.Rank) a.Backend.MatMul(left, right, gradient, transposeLeft, transposeRight, accumulate);
        else if (transposeLeft && !transposeRight && left.Shape.Rank == right.Shape.Rank)
            // Σᵢ leftᵢᵀ rightᵢ is one product of tall matrices
            a.Backend.MatMul(Flat(left), Flat(right), gradient, true, false, accumulate);
        else
        {
            Tensor each = Tensor.Empty(a.Backend, many.With(-2, a.Shape[-2]).With(-1, a.Shape[-1]));
            a.Backend.MatMul(left, right, each, transposeLeft, transposeRight, accumulate: false);
            int count = checked((int)a.Shape.Count);
            a.Backend.SumRows(each.View([checked((int)items), count]), gradient.View([count]), accumulate);
        }
        return sink is null ? gradient : null;
    }

    static Tensor Flat(Tensor x) => x.View([checked((int)x.Shape.Rows), x.Shape[-1]]);
}
