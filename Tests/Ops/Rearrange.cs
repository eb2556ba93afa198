using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace NativeSsl.Tests.Ops;

public sealed class Rearrange
{
    internal static OpSpec[] Specs =>
    [
        new("reshape", [[3, 4, 5]], x => (x[0] * 1f).Reshape([6, 10]), x => x[0]),
        Permutation("transpose", [35, 19], [1, 0]),
        Permutation("transpose the last two of three", [2, 19, 35], [0, 2, 1]),
        Permutation("swap heads and time", [2, 5, 3, 7], [0, 2, 1, 3]),
        Permutation("swap heads and time, rows longer than a register", [2, 3, 2, 21], [0, 2, 1, 3]),
        Permutation("turn three axes round", [17, 4, 18], [2, 1, 0]),
        Permutation("turn five axes", [2, 3, 2, 4, 3], [3, 0, 4, 1, 2]),
        new("broadcastTo", [[3, 1, 5]], x => x[0].BroadcastTo([2, 3, 4, 5]),
            x => Combine.Textbook(x[0], [3, 1, 5], new double[120], [2, 3, 4, 5], (a, _) => a)),
        new("broadcastTo from a scalar", [[]], x => x[0].BroadcastTo([2, 33]), x => [.. Enumerable.Repeat(x[0][0], 66)]),
    ];

    static OpSpec Permutation(string name, Shape shape, int[] order) =>
        new(name, [shape], x => x[0].Permute(order), x => Textbook(x[0], shape, order));

    static double[] Textbook(double[] x, Shape shape, int[] order)
    {
        double[] y = new double[x.Length];
        for (int i = 0; i < y.Length; i++)
        {
            long place = 0, rest = i;
            for (int axis = order.Length - 1; axis >= 0; axis--)
            {
                place += rest % shape[order[axis]] * shape.Span(order[axis] + 1, shape.Rank);
                rest /= shape[order[axis]];
            }
            y[i] = x[place];
        }
        return y;
    }

    static readonly Gen<(Shape Shape, int[] First, int[] Second)> Orders =
        from lengths in Gen.Choose(1, 5).ArrayOf().Where(lengths => lengths.Length <= 5)
        from first in Gen.Shuffle(Enumerable.Range(0, lengths.Length).ToArray())
        from second in Gen.Shuffle(Enumerable.Range(0, lengths.Length).ToArray())
        select ((Shape)lengths, first, second);

    [Property]
    public Property A_permutation_and_its_inverse_cancel() => Prop.ForAll(Orders.ToArbitrary(), given =>
    {
        Tensor x = Combine.Ramp(given.Shape, 1);
        int[] inverse = [.. Enumerable.Range(0, given.First.Length).Select(axis => Array.IndexOf(given.First, axis))];
        Tensor back = x.Permute(given.First).Permute(inverse);
        return back.Shape == x.Shape && back.ToArray().SequenceEqual(x.ToArray());
    });

    [Property]
    public Property Two_permutations_are_one() => Prop.ForAll(Orders.ToArbitrary(), given =>
    {
        Tensor x = Combine.Ramp(given.Shape, 1), twice = x.Permute(given.First).Permute(given.Second);
        Tensor once = x.Permute([.. given.Second.Select(axis => given.First[axis])]);
        return twice.Shape == once.Shape && twice.ToArray().SequenceEqual(once.ToArray());
    });

    // Several parts, which begin and end in the middle of rows' neighbours, planes of rows, and what is around planes.
    [Theory]
    [InlineData(new[] { 12, 64, 4, 32 }, new[] { 0, 2, 1, 3 })]
    [InlineData(new[] { 5, 70, 3, 33 }, new[] { 2, 0, 1, 3 })]
    [InlineData(new[] { 6, 5, 7, 9, 17 }, new[] { 3, 1, 0, 2, 4 })]
    [InlineData(new[] { 6, 5, 7, 19, 9 }, new[] { 2, 1, 0, 3, 4 })]
    [InlineData(new[] { 3, 167, 93 }, new[] { 2, 0, 1 })]
    public void Large_tensors_are_permuted_part_by_part(int[] shape, int[] order)
    {
        Tensor x = Combine.Ramp(shape, 1);
        double[] expected = Textbook([.. x.ToArray().Select(value => (double)value)], shape, order);
        Assert.Equal(expected.Select(value => (float)value), x.Permute(order).ToArray());
    }

    [Fact]
    public void Stretching_while_adding_is_stretching_first()
    {
        Shape whole = [4, 9, 30, 8, 20];
        Tensor a = Combine.Ramp([4, 1, 30, 1, 20], 1), b = Combine.Ramp([9, 1, 8, 20], 2);
        Assert.Equal((a.BroadcastTo(whole) + b.BroadcastTo(whole)).ToArray(), (a + b).ToArray());
    }

    [Fact]
    public void A_reshape_shares_memory_and_lasts_through_the_backward_pass()
    {
        using var step = new Step(CpuBackend.Default);
        Tensor leaf = Tensor.Full(CpuBackend.Default, [6], 2f).RequireGradient(), x = leaf * 3f, y = x.Reshape([2, 3]);
        Assert.Same(x.Storage, y.Storage);
        (y * y + x.Reshape([2, 3])).Sum().Backward();
        Assert.All(leaf.Gradient.ToArray(), gradient => Assert.Equal(3f * (2 * 6f + 1), gradient));
    }

    [Fact]
    public void Errors_name_op_and_both_shapes()
    {
        Tensor x = Tensor.Zeros(CpuBackend.Default, [2, 3]);
        Assert.Contains("Reshape: [2, 3] has 6 elements but [4] has 4",
            Assert.Throws<ShapeException>(() => x.Reshape([4])).Message, StringComparison.Ordinal);
        Assert.Contains("Permute", Assert.Throws<ShapeException>(() => x.Permute(0)).Message, StringComparison.Ordinal);
        Assert.Contains("named twice", Assert.Throws<ShapeException>(() => x.Permute(1, 1)).Message, StringComparison.Ordinal);
        Assert.Contains("[2, 3] cannot be stretched to [2, 1]",
            Assert.Throws<ShapeException>(() => x.BroadcastTo([2, 1])).Message, StringComparison.Ordinal);
        Assert.Contains("BroadcastTo: axis -1",
            Assert.Throws<ShapeException>(() => x.BroadcastTo([2, 4])).Message, StringComparison.Ordinal);
    }
}
