namespace NativeSsl;

/// <summary>How the elements of a tensor in a file of PyTorch lie, compared to ours: which of its axes is which of ours. Exact in both
/// directions.</summary>
public sealed class WeightLayout
{
    readonly Func<Shape, Shape?> _view;
    readonly int[] _order;

    // The file's tensor, seen under more axes if need be, is permuted: its axis order[k] becomes our axis k. No order: nothing moves.
    WeightLayout(string name, int[] order, Func<Shape, Shape?> view) => (Name, _order, _view) = (name, order, view);

    /// <summary>The axes on both sides.</summary>
    public string Name { get; }

    /// <summary>The same on both sides: vectors, and linear layers, <c>[out, in]</c>.</summary>
    public static WeightLayout Same { get; } = new("the same", [], shape => shape);

    /// <summary>Convolutions: <c>[out, in, kernelHeight, kernelWidth]</c> there, <c>[out, kernelHeight, kernelWidth, in]</c>
    /// here.</summary>
    public static WeightLayout Convolution { get; } =
        new("[out, in, kh, kw] <-> [out, kh, kw, in]", [0, 2, 3, 1], shape => shape.Rank == 4 ? shape : default(Shape?));

    /// <summary>Linear layers that are multiplied from the left, y = x W: <c>[in, out]</c> there, <c>[out, in]</c> here. GPT-2's files have them.</summary>
    public static WeightLayout Transposed { get; } = new("[in, out] <-> [out, in]", [1, 0], shape => shape.Rank == 2 ? shape : default(Shape?));

    /// <summary>
    /// A linear layer over flattened images: its inputs are <c>[channels, height, width]</c> there, <c>[height, width, channels]</c> here.
    /// </summary>
    public static WeightLayout AfterFlatten(int channels, int height, int width) =>
        new(FormattableString.Invariant($"[out, {channels} · {height} · {width}] <-> [out, {height} · {width} · {channels}]"), [0, 2, 3, 1],
            shape => shape.Rank == 2 && shape[1] == (long)channels * height * width
                ? Shape.Of(shape[0], channels, height, width) : default(Shape?));

    /// <summary>The shape there of a tensor that has <paramref name="ours"/> here; null if this layout does not go with it.</summary>
    internal Shape? Theirs(Shape ours)
    {
        if (_view(ours) is not { } view) return null;
        if (_order.Length == 0 || ours.Rank != view.Rank) return ours;              // the same on both sides, or flattened on both
        int[] theirs = new int[_order.Length];
        for (int axis = 0; axis < theirs.Length; axis++) theirs[_order[axis]] = ours[axis];
        return theirs;
    }

    /// <summary>The elements of a file's tensor of that shape, in our order.</summary>
    internal float[] ToOurs(float[] values, Shape theirs) => Move(values, theirs, toOurs: true);

    /// <summary>Our elements in the order of a file's tensor of that shape.</summary>
    internal float[] ToTheirs(float[] values, Shape theirs) => Move(values, theirs, toOurs: false);

    float[] Move(float[] values, Shape theirs, bool toOurs)
    {
        if (_order.Length == 0) return values;
        Shape view = _view(theirs)!.Value;
        long[] strides = new long[view.Rank];
        for (int axis = 0; axis < strides.Length; axis++) strides[axis] = view.Span(axis + 1, view.Rank);
        float[] moved = new float[values.Length];
        int[] place = new int[_order.Length];
        for (long ours = 0; ours < moved.Length; ours++)
        {
            long there = 0;
            for (int axis = 0; axis < place.Length; axis++) there += place[axis] * strides[_order[axis]];
            if (toOurs) moved[ours] = values[there];
            else moved[there] = values[ours];
            for (int axis = place.Length - 1; axis >= 0 && ++place[axis] == view[_order[axis]]; axis--) place[axis] = 0;
        }
        return moved;
    }
}
