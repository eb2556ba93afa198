namespace NativeSsl;

public static partial class TensorOps
{
    extension(Tensor x)
    {
        /// <summary><paramref name="length"/> places of an axis from <paramref name="start"/> on, copied.</summary>
        /// <param name="axis">Negative axes count from the last.</param>
        /// <param name="start">The first place kept.</param>
        /// <param name="length">How many are kept.</param>
        /// <returns>The shape of x with the axis of that length.</returns>
        /// <exception cref="ShapeException">The axis does not exist, or is too short.</exception>
        public Tensor Slice(int axis, int start, int length)
        {
            int front = x.Shape.Axis("Slice", axis);
            if (start < 0 || length < 0 || start > x.Shape[front] - length)
                throw new ShapeException($"Slice: {length} places from {start} on of axis {axis}, " +
                    $"which has {x.Shape[front]} (shape {x.Shape}).");
            return CutOut(Tensor.Empty(x.Backend, x.Shape.With(front, length)), x, front, start).Record("slice", [x], dy =>
            {
                Tensor dx = x.NewGradient();
                x.Backend.Fill(dx, 0f);
                return [PutInto(dx, dy, front, start)];
            });
        }

        /// <summary>x with further places at both ends of an axis, all of one value.</summary>
        /// <param name="axis">Negative axes count from the last.</param>
        /// <param name="before">How many in front.</param>
        /// <param name="after">How many behind.</param>
        /// <param name="value">What they hold.</param>
        /// <returns>The shape of x with the axis longer by both.</returns>
        /// <exception cref="ShapeException">The axis does not exist, or a number is negative.</exception>
        public Tensor Pad(int axis, int before, int after, float value = 0f)
        {
            int front = x.Shape.Axis("Pad", axis), length = x.Shape[front];
            if (before < 0 || after < 0)
                throw new ShapeException($"Pad: {before} before and {after} after axis {axis} of shape {x.Shape}; " +
                    "use Slice to take places away.");
            return PutInto(Tensor.Full(x.Backend, x.Shape.With(front, checked(before + length + after)), value), x, front, before)
                .Record("pad", [x], dy => [CutOut(x.NewGradient(), dy, front, before)]);
        }
    }

    extension(Tensor)
    {
        /// <summary>Tensors end to end along an axis, copied.</summary>
        /// <param name="tensors">At least one; of equal shapes but for the axis.</param>
        /// <param name="axis">Negative axes count from the last.</param>
        /// <returns>Their shape, with the sum of their lengths on the axis.</returns>
        /// <exception cref="ShapeException">There are none, or another axis differs.</exception>
        public static Tensor Concat(IReadOnlyList<Tensor> tensors, int axis)
        {
            Tensor[] parts = tensors.Count > 0 ? [.. tensors]
                : throw new ShapeException("Concat: no tensors were given; at least one is needed.");
            Shape first = parts[0].Shape;
            int front = first.Axis("Concat", axis), total = 0;
            foreach (Tensor part in parts)
            {
                Check.SameBackend("Concat", parts[0], part);
                for (int other = 0; other < first.Rank; other++)
                    if (part.Shape.Rank != first.Rank || (other != front && part.Shape[other] != first[other]))
                        throw new ShapeException($"Concat: along axis {axis} the shapes {first} and {part.Shape} do not fit; " +
                            $"all other axes must be equal, as axis {other} must.");
                total = checked(total + part.Shape[front]);
            }
            Tensor y = Tensor.Empty(parts[0].Backend, first.With(front, total));
            int start = 0;
            foreach (Tensor part in parts)
            {
                PutInto(y, part, front, start);
                start += part.Shape[front];
            }
            return y.Record("concat", parts, dy =>
            {
                Tensor?[] gradients = new Tensor?[parts.Length];
                for (int k = 0, place = 0; k < parts.Length; place += parts[k++].Shape[front])
                    if (parts[k].RequiresGradient) gradients[k] = CutOut(parts[k].NewGradient(), dy, front, place);
                return gradients;
            });
        }
    }

    static Tensor CutOut(Tensor y, Tensor x, int axis, int start)
    {
        long[] strides = Walk.Strides(x.Shape);
        x.Backend.Rearrange(x, start * strides[axis], y, 0, y.Shape, strides, Walk.Strides(y.Shape));
        return y;
    }

    static Tensor PutInto(Tensor y, Tensor x, int axis, int start)
    {
        long[] strides = Walk.Strides(y.Shape);
        x.Backend.Rearrange(x, 0, y, start * strides[axis], x.Shape, Walk.Strides(x.Shape), strides);
        return y;
    }
}
