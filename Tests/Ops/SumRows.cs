namespace NativeSsl.Tests.Ops;

static class SumRows
{
    // It has no slope: it is part of the gradients of others.
    public static OpSpec[] Specs =>
    [
        new("sumRows", [[37, 19]], x => Summed(x[0], accumulate: false), x => Textbook(x[0], 19, 0)) { HasGradient = false },
        new("sumRows of many pieces", [[4200, 3]], x => Summed(x[0], accumulate: true), x => Textbook(x[0], 3, 3)) { HasGradient = false },
        new("sumRows added to what is there", [[5, 67]], x => Summed(x[0], accumulate: true), x => Textbook(x[0], 67, 3))
            { HasGradient = false },
    ];

    static Tensor Summed(Tensor x, bool accumulate)
    {
        Tensor y = Tensor.Full(x.Backend, [x.Shape[1]], 3f);
        x.Backend.SumRows(x, y, accumulate);
        return y;
    }

    static double[] Textbook(double[] x, int columns, double before) =>
        [.. Enumerable.Range(0, columns).Select(column => before + x.Where((_, i) => i % columns == column).Sum())];
}
