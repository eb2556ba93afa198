namespace NativeSsl;

public static partial class TensorOps
{
    extension(Tensor x)
    {
        /// <summary>The same elements, row by row, under another shape. Free: no copy.</summary>
        /// <exception cref="ShapeException">The shapes hold different numbers of elements.</exception>
        public Tensor Reshape(Shape shape)
        {
            if (shape.Count != x.Shape.Count)
                throw new ShapeException($"Reshape: {x.Shape} has {x.Shape.Count} elements but {shape} has {shape.Count}.");
            return x.View(shape).Record("reshape", [x], dy => [dy.View(x.Shape)], isView: true);
        }

        /// <summary>The axes in another order, copied: axis i of the result is axis <c>order[i]</c> of x.</summary>
        /// <exception cref="ShapeException"><paramref name="order"/> does not name every axis once.</exception>
        public Tensor Permute(params int[] order)
        {
            if (order.Length != x.Shape.Rank)
                throw new ShapeException(
                    $"Permute: [{string.Join(", ", order)}] names {order.Length} axes but shape {x.Shape} has {x.Shape.Rank}.");
            Marked("Permute", x.Shape, order);
            int[] source = [.. order.Select(axis => x.Shape.Axis("Permute", axis))], back = new int[source.Length];
            for (int axis = 0; axis < source.Length; axis++) back[source[axis]] = axis;
            Tensor y = Tensor.Empty(x.Backend, source.Select(axis => x.Shape[axis]).ToArray());
            return PermuteInto(y, x, source).Record("permute", [x], dy => [PermuteInto(x.NewGradient(), dy, back)]);
        }

        /// <summary>x stretched along missing axes and axes of length one, copied.</summary>
        /// <exception cref="ShapeException">Another axis would have to change.</exception>
        public Tensor BroadcastTo(Shape shape)
        {
            if (x.Shape == shape) return x;
            if (x.Shape.Rank > shape.Rank || Broadcast("BroadcastTo", x.Shape, shape) != shape)
                throw new ShapeException($"BroadcastTo: shape {x.Shape} cannot be stretched to {shape}; " +
                    "only axes of length one, and missing ones, stretch.");
            Tensor y = Tensor.Empty(x.Backend, shape);
            x.Backend.Rearrange(x, 0, y, 0, shape, Walk.Strides(x.Shape, shape), Walk.Strides(shape));
            return y.Record("broadcastTo", [x], dy => [dy.SumTo(x.Shape)]);
        }
    }

    static Tensor PermuteInto(Tensor y, Tensor x, int[] order)
    {
        long[] strides = Walk.Strides(x.Shape);
        x.Backend.Rearrange(x, 0, y, 0, y.Shape, [.. order.Select(axis => strides[axis])], Walk.Strides(y.Shape));
        return y;
    }
}
