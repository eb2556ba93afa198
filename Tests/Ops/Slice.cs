using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace NativeSsl.Tests.Ops;

public sealed class Slice
{
    internal static OpSpec[] Specs =>
    [
        new("slice rows", [[7, 19]], x => x[0].Slice(0, 2, 4), x => Window(x[0], 1, 7, 19, 2, 4)),
        new("slice the last axis", [[3, 33]], x => x[0].Slice(-1, 5, 20), x => Window(x[0], 3, 33, 1, 5, 20)),
        new("slice a middle axis", [[2, 5, 3]], x => x[0].Slice(1, 4, 1), x => Window(x[0], 2, 5, 3, 4, 1)),
        new("pad rows", [[3, 5]], x => x[0].Pad(0, 1, 2, 7f), x => [.. Sevens(5), .. x[0], .. Sevens(10)]),
        new("pad the last axis", [[3, 5]], x => x[0].Pad(-1, 2, 0, 7f),
            x => [.. x[0].Chunk(5).SelectMany(row => (double[])[.. Sevens(2), .. row])]),
        new("concat rows", [[2, 5], [3, 5], [0, 5]], x => Tensor.Concat(x, 0), x => [.. x[0], .. x[1]]),
        new("concat columns", [[3, 5], [3, 18]], x => Tensor.Concat(x, -1),
            x => [.. x[0].Chunk(5).Zip(x[1].Chunk(18), (left, right) => (double[])[.. left, .. right]).SelectMany(row => row)]),
        new("concat a tensor with itself", [[2, 3]], x => Tensor.Concat([x[0], x[0]], 0), x => [.. x[0], .. x[0]]),
    ];

    static double[] Sevens(int count) => [.. Enumerable.Repeat(7.0, count)];

    static double[] Window(double[] x, int outer, int length, int inner, int start, int kept) =>
        [.. Enumerable.Range(0, outer).SelectMany(o => x.Skip((o * length + start) * inner).Take(kept * inner))];

    static readonly Gen<(Shape Shape, int Axis, int Cut)> Cuts =
        from lengths in Gen.Choose(1, 5).ArrayOf().Where(lengths => lengths.Length is > 0 and <= 4)
        from axis in Gen.Choose(0, lengths.Length - 1)
        from cut in Gen.Choose(0, lengths[axis])
        select ((Shape)lengths, axis, cut);

    [Property]
    public Property Cutting_and_joining_restore_the_tensor_and_its_gradient() => Prop.ForAll(Cuts.ToArbitrary(), given =>
    {
        Tensor x = Combine.Ramp(given.Shape, 1).RequireGradient();
        Tensor whole = Tensor.Concat([x.Slice(given.Axis, 0, given.Cut),
            x.Slice(given.Axis, given.Cut, given.Shape[given.Axis] - given.Cut)], given.Axis);
        whole.Backward(Combine.Ramp(given.Shape, 2));
        return whole.Shape == x.Shape && whole.ToArray().SequenceEqual(x.ToArray())
            && x.Gradient.ToArray().SequenceEqual(Combine.Ramp(given.Shape, 2).ToArray());
    });

    [Property]
    public Property Padding_is_undone_by_a_slice() => Prop.ForAll(Cuts.ToArbitrary(), given =>
    {
        Tensor x = Combine.Ramp(given.Shape, 1), padded = x.Pad(given.Axis, given.Cut, 2, float.NaN);
        return padded.Shape[given.Axis] == given.Shape[given.Axis] + given.Cut + 2
            && padded.Slice(given.Axis, given.Cut, given.Shape[given.Axis]).ToArray().SequenceEqual(x.ToArray());
    });

    [Fact]
    public void Errors_name_op_axis_and_shapes()
    {
        Tensor x = Tensor.Zeros(CpuBackend.Default, [2, 3]), y = Tensor.Zeros(CpuBackend.Default, [2, 4]);
        Assert.Contains("Slice: 2 places from 2 on of axis -1, which has 3 (shape [2, 3])",
            Message(() => x.Slice(-1, 2, 2)), StringComparison.Ordinal);
        Assert.Contains("Slice: axis 2 of shape [2, 3]", Message(() => x.Slice(2, 0, 1)), StringComparison.Ordinal);
        Assert.Contains("Pad: -1 before", Message(() => x.Pad(0, -1, 0)), StringComparison.Ordinal);
        Assert.Contains("along axis 0 the shapes [2, 3] and [2, 4]", Message(() => Tensor.Concat([x, y], 0)), StringComparison.Ordinal);
        Assert.Contains("[2, 3] and [6]", Message(() => Tensor.Concat([x, x.Reshape([6])], 0)), StringComparison.Ordinal);
        Assert.Contains("Concat: no tensors", Message(() => Tensor.Concat([], 0)), StringComparison.Ordinal);

        static string Message(Func<Tensor> call) => Assert.Throws<ShapeException>(call).Message;
    }
}
