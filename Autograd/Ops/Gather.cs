namespace NativeSsl;

public static partial class TensorOps
{
    extension(Tensor x)
    {
        /// <summary>The slices of x at the given places along an axis: <c>[..., size, ...]</c> to <c>[..., ids..., ...]</c>.</summary>
        /// <param name="ids">Places in 0 … size − 1, of any shape; a place may come more than once.</param>
        /// <param name="axis">The axis they point into; negative axes count from the last.</param>
        /// <returns>The shape of x with the shape of <paramref name="ids"/> in place of the axis.</returns>
        /// <exception cref="ShapeException">The axis does not exist.</exception>
        /// <exception cref="IndexException">A place is outside the axis.</exception>
        public Tensor Gather(Indices ids, int axis = 0)
        {
            int front = x.Shape.Axis("Gather", axis);
            return Gathered("Gather", x, ids, front);
        }

        /// <summary>Looks up rows of a table <c>[vocabulary, features]</c>: one for each id.</summary>
        /// <returns>The shape of <paramref name="ids"/> with features behind, <c>[..., features]</c>.</returns>
        /// <exception cref="ShapeException">The table does not have two axes.</exception>
        /// <exception cref="IndexException">An id is outside the vocabulary.</exception>
        public Tensor Embed(Indices ids)
        {
            Check.Rank("Embed", "the table", x.Shape, atLeast: 2, atMost: 2);
            return Gathered("Embed", x, ids, 0);
        }
    }

    static Tensor Gathered(string op, Tensor x, Indices ids, int axis)
    {
        if (!ReferenceEquals(ids.Backend, x.Backend))
            throw new DeviceException($"{op}: the indices are on {ids.Backend.Name}, the tensor on {x.Backend.Name}. " +
                "Make the indices on the tensor's device.");
        ids.CheckWithin(op, x.Shape[axis]);
        int size = x.Shape[axis];
        long outer = x.Shape.Span(0, axis), inner = x.Shape.Span(axis + 1, x.Shape.Rank);
        Tensor y = Tensor.Empty(x.Backend, (int[])[.. x.Shape.ToArray()[..axis], .. ids.Shape, .. x.Shape.ToArray()[(axis + 1)..]]);
        x.Backend.Gather(x, ids, y, outer, size, inner);
        return y.Record(op.ToLowerInvariant(), [x], dy =>
        {
            // A table's gradient is large and mostly untouched: what a leaf has already is added to in place.
            Tensor? sink = x.GradientSink(out bool accumulate);
            Tensor dx = sink ?? x.Like();
            if (!accumulate) x.Backend.Fill(dx, 0f);
            x.Backend.GatherGrad(dy, ids, dx, outer, size, inner);
            return [sink is null ? dx : null];
        });
    }
}
