namespace NativeSsl;

public static partial class TensorOps
{
    extension(Tensor x)
    {
        /// <summary>The sum of all elements.</summary>
        /// <returns>A scalar, shape <c>[]</c>.</returns>
        public Tensor Sum() => x.Sum(AllAxes(x.Shape));

        /// <summary>The sum along one axis; negative axes count from the last.</summary>
        /// <returns>The shape of <c>x</c> without that axis, or with length one there.</returns>
        /// <exception cref="ShapeException">The axis does not exist.</exception>
        public Tensor Sum(int axis, bool keepAxis = false) => x.Sum([axis], keepAxis);

        /// <summary>The sum along several axes.</summary>
        /// <returns>The shape of <c>x</c> without these axes, or with length one there.</returns>
        /// <exception cref="ShapeException">An axis does not exist, or is named twice.</exception>
        public Tensor Sum(int[] axes, bool keepAxis = false)
        {
            bool[] reduced = Marked("Sum", x.Shape, axes);
            Shape kept = Kept(x.Shape, reduced);
            return Fold<Sum>(x, reduced).View(keepAxis ? kept : Left(x.Shape, reduced)).Record("sum", [x], dy =>
            {
                Tensor dx = x.NewGradient();
                x.Backend.Rearrange(dy, 0, dx, 0, x.Shape, Walk.Strides(kept, x.Shape), Walk.Strides(x.Shape));
                return [dx];
            }, isView: axes.Length == 0);
        }

        /// <summary>The mean of all elements; NaN if there are none.</summary>
        /// <returns>A scalar, shape <c>[]</c>.</returns>
        public Tensor Mean() => x.Mean(AllAxes(x.Shape));

        /// <summary>The mean along one axis; negative axes count from the last.</summary>
        /// <returns>The shape of <c>x</c> without that axis, or with length one there.</returns>
        /// <exception cref="ShapeException">The axis does not exist.</exception>
        public Tensor Mean(int axis, bool keepAxis = false) => x.Mean([axis], keepAxis);

        /// <summary>The mean along several axes.</summary>
        /// <returns>The shape of <c>x</c> without these axes, or with length one there.</returns>
        /// <exception cref="ShapeException">An axis does not exist, or is named twice.</exception>
        public Tensor Mean(int[] axes, bool keepAxis = false)
        {
            bool[] reduced = Marked("Mean", x.Shape, axes);
            long count = 1;
            for (int axis = 0; axis < reduced.Length; axis++) if (reduced[axis]) count *= x.Shape[axis];
            return x.Sum(axes, keepAxis).Divide(count);
        }

        /// <summary>The largest of all elements; NaN if any is NaN. The gradient goes to the first maximum.</summary>
        /// <returns>A scalar, shape <c>[]</c>.</returns>
        /// <exception cref="ShapeException">There are no elements.</exception>
        public Tensor Max() => x.Max(AllAxes(x.Shape));

        /// <summary>The largest along one axis; NaN if any is NaN. Of equal maxima the first takes the gradient.</summary>
        /// <returns>The shape of <c>x</c> without that axis, or with length one there.</returns>
        /// <exception cref="ShapeException">The axis does not exist, or has no elements.</exception>
        public Tensor Max(int axis, bool keepAxis = false) => x.Max([axis], keepAxis);

        /// <summary>The largest along several axes; NaN if any is NaN. Of equal maxima the first, row by row, takes the gradient.</summary>
        /// <returns>The shape of <c>x</c> without these axes, or with length one there.</returns>
        /// <exception cref="ShapeException">An axis does not exist, is named twice, or has no elements.</exception>
        // One stretch of neighbouring axes after the other, innermost first: on the way back the outer axes choose first.
        public Tensor Max(int[] axes, bool keepAxis = false)
        {
            bool[] reduced = Marked("Max", x.Shape, axes);
            foreach (int axis in axes)
                if (x.Shape[axis] == 0)
                    throw new ShapeException($"Max: axis {axis} of shape {x.Shape} has no elements, so there is no largest.");
            Tensor y = x;
            foreach ((int from, int to) in Stretches(reduced)) y = LargestOf(y, from, to);
            return keepAxis ? y : y.Reshape(Left(x.Shape, reduced));
        }

        /// <summary>The sum over the axes along which a smaller shape was stretched to that of x; x itself if none was.</summary>
        internal Tensor SumTo(Shape shape)
        {
            if (x.Shape == shape) return x;
            bool[] reduced = new bool[x.Shape.Rank];
            int missing = reduced.Length - shape.Rank;
            for (int axis = 0; axis < reduced.Length; axis++)
                reduced[axis] = axis < missing || (shape[axis - missing] == 1 && x.Shape[axis] != 1);
            return Fold<Sum>(x, reduced).View(shape);
        }
    }

    static Tensor LargestOf(Tensor x, int from, int to)
    {
        (long outer, long length, long inner) = (x.Shape.Span(0, from), x.Shape.Span(from, to), x.Shape.Span(to, x.Shape.Rank));
        Tensor y = Tensor.Empty(x.Backend, Ones(x.Shape, from, to));
        x.Backend.Reduce<Largest>(x, y, outer, length, inner);
        return y.Record("max", [x], dy =>
        {
            Tensor dx = x.NewGradient();
            x.Backend.LargestGrad(x, y, dy, dx, outer, length, inner);
            return [dx];
        });
    }

    /// <summary>Folds the marked axes, which keep length one, stretch by stretch from the innermost: no gradient.</summary>
    static Tensor Fold<R>(Tensor x, bool[] reduced) where R : struct, IReduction
    {
        Tensor y = x;
        foreach ((int from, int to) in Stretches(reduced))
        {
            Tensor next = Tensor.Empty(x.Backend, Ones(y.Shape, from, to));
            x.Backend.Reduce<R>(y, next, y.Shape.Span(0, from), y.Shape.Span(from, to), y.Shape.Span(to, y.Shape.Rank));
            y = next;
        }
        return y;
    }

    static List<(int From, int To)> Stretches(bool[] reduced)
    {
        List<(int, int)> stretches = [];
        for (int to = reduced.Length; to > 0; to--)
        {
            if (!reduced[to - 1]) continue;
            int from = to - 1;
            while (from > 0 && reduced[from - 1]) from--;
            stretches.Add((from, to));
            to = from + 1;
        }
        return stretches;
    }

    static int[] AllAxes(Shape shape) => [.. Enumerable.Range(0, shape.Rank)];

    static bool[] Marked(string op, Shape shape, int[] axes)
    {
        bool[] marked = new bool[shape.Rank];
        foreach (int axis in axes)
        {
            ref bool mark = ref marked[shape.Axis(op, axis)];
            mark = !mark ? true : throw new ShapeException($"{op}: axis {axis} of shape {shape} is named twice.");
        }
        return marked;
    }

    static Shape Ones(Shape shape, int from, int to)
    {
        int[] lengths = shape.ToArray();
        lengths.AsSpan(from, to - from).Fill(1);
        return lengths;
    }

    static Shape Kept(Shape shape, bool[] reduced) => shape.ToArray().Select((length, axis) => reduced[axis] ? 1 : length).ToArray();

    static Shape Left(Shape shape, bool[] reduced) => shape.ToArray().Where((_, axis) => !reduced[axis]).ToArray();
}
