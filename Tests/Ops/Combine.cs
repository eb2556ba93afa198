using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace NativeSsl.Tests.Ops;

public sealed class Combine
{
    static OpSpec Two(string name, Shape a, Shape b, Func<Tensor, Tensor, Tensor> apply, Func<double, double, double> textbook) =>
        new(name, [a, b], x => apply(x[0], x[1]), x => Textbook(x[0], a, x[1], b, textbook));

    internal static OpSpec[] Specs =>
    [
        Two("add", [3, 67], [3, 67], (a, b) => a + b, (a, b) => a + b),
        Two("add a bias", [3, 5, 19], [19], (a, b) => a + b, (a, b) => a + b),
        Two("add a bias, rows of whole fours", [3, 5, 12], [12], (a, b) => a + b, (a, b) => a + b),
        Two("subtract", [3, 67], [3, 67], (a, b) => a - b, (a, b) => a - b),
        Two("subtract from a row", [19], [3, 5, 19], (a, b) => a - b, (a, b) => a - b),
        Two("multiply", [3, 67], [3, 67], (a, b) => a * b, (a, b) => a * b),
        Two("multiply by a column", [7, 33], [7, 1], (a, b) => a * b, (a, b) => a * b),
        Two("multiply by a column, rows of whole fours", [7, 36], [7, 1], (a, b) => a * b, (a, b) => a * b),
        Two("divide column by row, rows of whole fours", [7, 1], [1, 12], (a, b) => a / b, (a, b) => a / b) with { Shift = 2f },
        Two("subtract from a scalar tensor, whole fours", [], [3, 12], (a, b) => a - b, (a, b) => a - b),
        Two("multiply in the middle, rows of whole fours", [2, 3, 4, 8], [3, 1, 8], (a, b) => a * b, (a, b) => a * b),
        Two("multiply column by row", [7, 1], [1, 33], (a, b) => a * b, (a, b) => a * b),
        Two("multiply by a scalar tensor", [7, 5], [], (a, b) => a * b, (a, b) => a * b),
        Two("multiply in the middle", [2, 3, 4, 5], [3, 1, 5], (a, b) => a * b, (a, b) => a * b),
        Two("multiply scalars", [], [], (a, b) => a * b, (a, b) => a * b),
        Two("divide", [3, 67], [3, 67], (a, b) => a / b, (a, b) => a / b) with { Shift = 2f },
        Two("divide stretched both ways", [2, 1, 5, 1], [3, 1, 4], (a, b) => a / b, (a, b) => a / b) with { Shift = 2f },
        Two("combine six axes", [2, 1, 3, 1, 2, 1], [1, 2, 1, 3, 1, 2], (a, b) => a - b, (a, b) => a - b),
    ];

    internal static double[] Textbook(double[] a, Shape aShape, double[] b, Shape bShape, Func<double, double, double> formula)
    {
        int rank = Math.Max(aShape.Rank, bShape.Rank);
        int[] shape = [.. Enumerable.Range(0, rank)
            .Select(axis => Length(aShape, axis) == 1 ? Length(bShape, axis) : Length(aShape, axis))];
        double[] y = new double[shape.Aggregate(1, (product, length) => product * length)];
        for (int i = 0; i < y.Length; i++) y[i] = formula(a[Place(aShape, i)], b[Place(bShape, i)]);
        return y;

        int Length(Shape of, int axis) => axis < rank - of.Rank ? 1 : of[axis - (rank - of.Rank)];

        int Place(Shape of, int i)
        {
            int place = 0, stride = 1;
            for (int axis = rank - 1; axis >= 0; axis--)
            {
                place += Length(of, axis) == 1 ? 0 : i % shape[axis] * stride;
                stride *= Length(of, axis);
                i /= shape[axis];
            }
            return place;
        }
    }

    [Fact]
    public void Rows_longer_than_a_part_and_many_short_rows()
    {
        foreach (CpuBackend backend in Devices.Widths)
        {
            float[] values = [.. Enumerable.Range(0, 40_000).Select(i => (float)(i % 251))];
            float[] sum = (Tensor.From(backend, [40_000], values) + Tensor.From(backend, [2, 1], 1f, 2f)).ToArray();
            for (int i = 0; i < sum.Length; i++) Assert.Equal(values[i % 40_000] + 1 + i / 40_000, sum[i]);
            float[] product = (Tensor.From(backend, [20_000, 2], values) * Tensor.From(backend, [2], 3f, 5f)).ToArray();
            for (int i = 0; i < product.Length; i++) Assert.Equal(values[i] * (i % 2 == 0 ? 3 : 5), product[i]);
        }
    }

    [Fact]
    public void A_wrong_shape_names_op_axis_and_both_shapes()
    {
        Tensor a = Tensor.Zeros(CpuBackend.Default, [2, 3]), b = Tensor.Zeros(CpuBackend.Default, [5, 2, 4]);
        string message = Assert.Throws<ShapeException>(() => a * b).Message;
        Assert.Contains("multiply", message, StringComparison.Ordinal);
        Assert.Contains("axis -1", message, StringComparison.Ordinal);
        Assert.Contains("[2, 3]", message, StringComparison.Ordinal);
        Assert.Contains("[5, 2, 4]", message, StringComparison.Ordinal);
    }

    /// <summary>Two shapes that fit: one shape, of which each keeps some axes and has one, or nothing, for the others.</summary>
    static readonly Gen<(Shape A, Shape B, Shape Joint)> Fitting =
        from joint in Gen.Choose(1, 4).ArrayOf().Where(lengths => lengths.Length <= 5)
        from a in Gen.Elements(true, false).ArrayOf(joint.Length)
        from b in Gen.Elements(true, false).ArrayOf(joint.Length)
        from missing in Gen.Choose(0, joint.Length)
        let left = joint.Select((length, axis) => a[axis] || !b[axis] ? length : 1).ToArray()
        let right = joint.Select((length, axis) => b[axis] ? length : 1).ToArray()
        let ones = right.TakeWhile(length => length == 1).Count()
        select ((Shape)left, (Shape)right[Math.Min(missing, ones)..], (Shape)joint);

    [Property]
    public Property Broadcasting_is_stretching_first() => Prop.ForAll(Fitting.ToArbitrary(), shapes =>
    {
        (Tensor a, Tensor b) = (Ramp(shapes.A, 1), Ramp(shapes.B, 2));
        Tensor joint = a - b;
        return joint.Shape == shapes.Joint
            && joint.ToArray().SequenceEqual((a.BroadcastTo(shapes.Joint) - b.BroadcastTo(shapes.Joint)).ToArray());
    });

    [Property]
    public Property Adding_and_multiplying_commute() => Prop.ForAll(Fitting.ToArbitrary(), shapes =>
    {
        (Tensor a, Tensor b) = (Ramp(shapes.A, 1), Ramp(shapes.B, 2));
        return (a + b).ToArray().SequenceEqual((b + a).ToArray()) && (a * b).ToArray().SequenceEqual((b * a).ToArray());
    });

    [Property]
    public Property The_gradient_of_a_stretched_operand_counts_how_often_it_was_used() => Prop.ForAll(Fitting.ToArbitrary(), shapes =>
    {
        Tensor a = Ramp(shapes.A, 1).RequireGradient(), b = Ramp(shapes.B, 2).RequireGradient();
        (a + b).Sum().Backward();
        return a.Gradient.ToArray().All(v => v == shapes.Joint.Count / shapes.A.Count)
            && b.Gradient.ToArray().All(v => v == shapes.Joint.Count / shapes.B.Count);
    });

    internal static Tensor Ramp(Shape shape, float step) =>
        Tensor.From(CpuBackend.Default, shape, [.. Enumerable.Range(0, (int)shape.Count).Select(i => i * step - 3)]);
}
