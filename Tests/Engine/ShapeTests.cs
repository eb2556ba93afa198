using FsCheck.Xunit;

namespace NativeSsl.Tests.Engine;

public sealed class ShapeTests
{
    static int[] Lengths(int[] raw) => [.. raw.Take(Shape.MaxRank - 1).Select(v => (int)((uint)v % 6))];

    [Property]
    public bool Count_is_the_product(int[] raw) =>
        Shape.Of(Lengths(raw)).Count == Lengths(raw).Aggregate(1L, (product, length) => product * length);

    [Property]
    public bool Span_splits_the_product_anywhere(int[] raw, byte where)
    {
        Shape shape = Lengths(raw);
        int axis = where % (shape.Rank + 1);
        return shape.Span(0, axis) * shape.Span(axis, shape.Rank) == shape.Count;
    }

    [Property]
    public bool Rows_times_the_last_axis_is_the_count(int[] raw)
    {
        Shape shape = Lengths(raw);
        return shape.Rank == 0 ? shape.Rows == 1 : shape.Rows * shape[-1] == shape.Count;
    }

    [Property]
    public bool A_negative_axis_counts_from_the_last(int[] raw)
    {
        Shape shape = Lengths(raw);
        return Enumerable.Range(0, shape.Rank)
            .All(axis => shape[axis] == shape[axis - shape.Rank] && shape.Axis("Test", axis - shape.Rank) == axis);
    }

    [Property]
    public bool What_was_inserted_can_be_taken_out(int[] raw, byte where, byte length)
    {
        Shape shape = Lengths(raw);
        int axis = where % (shape.Rank + 1);
        Shape longer = shape.Insert(axis, length);
        return longer.Rank == shape.Rank + 1 && longer[axis] == length && longer.Without(axis) == shape
            && shape.Insert(axis - shape.Rank - 1, length) == longer;
    }

    [Property]
    public bool With_changes_one_axis_only(int[] raw, byte where, byte length)
    {
        Shape shape = Lengths(raw);
        if (shape.Rank == 0) return true;
        int axis = where % shape.Rank;
        Shape other = shape.With(axis, length);
        return other[axis] == length && other.With(axis, shape[axis]) == shape;
    }

    [Property]
    public bool Equal_lengths_make_equal_shapes(int[] raw)
    {
        Shape a = Lengths(raw), b = Shape.Of(Lengths(raw));
        return a == b && a.GetHashCode() == b.GetHashCode() && a.Equals((object)b) && a != a.Insert(0, 2)
            && a.ToArray().SequenceEqual(Lengths(raw));
    }

    [Fact]
    public void The_default_is_a_scalar()
    {
        Shape scalar = default;
        Assert.Equal((0, 1L, 1L, "[]"), (scalar.Rank, scalar.Count, scalar.Rows, scalar.ToString()));
        Assert.Equal([], scalar);
    }

    [Fact]
    public void Counts_are_64_bit_and_checked()
    {
        Assert.Equal(1L << 62, Shape.Of(1 << 30, 1 << 30, 4).Count);
        Assert.Equal(0, Shape.Of(int.MaxValue, int.MaxValue, int.MaxValue, 0).Count);
        Assert.Contains("[2147483647, 2147483647, 3]",
            Assert.Throws<ShapeException>(() => Shape.Of(int.MaxValue, int.MaxValue, 3)).Message);
    }

    [Fact]
    public void Axes_that_do_not_exist_are_named()
    {
        Shape shape = [2, 3];
        Assert.Equal("Softmax: axis 2 of shape [2, 3], which has 2 axes.",
            Assert.Throws<ShapeException>(() => shape.Axis("Softmax", 2)).Message);
        Assert.Throws<ShapeException>(() => shape[-3]);
        Assert.Throws<ShapeException>(() => shape.With(2, 1));
        Assert.Throws<ShapeException>(() => shape.Without(-3));
        Assert.Throws<ShapeException>(() => shape.Insert(3, 1));
        Assert.Throws<ShapeException>(() => shape.Insert(-4, 1));
        Assert.Throws<ShapeException>(() => Shape.Of(1, 1, 1, 1, 1, 1, 1, 1, 1));
        Assert.Throws<ShapeException>(() => Shape.Of(2, -1));
    }
}
