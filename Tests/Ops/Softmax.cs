namespace NativeSsl.Tests.Ops;

static class Softmax
{
    public static OpSpec[] Specs =>
    [
        new("softmax", [[4, 33]], x => x[0].Softmax(), x => Textbook(x[0], classes: 33)),
        new("softmax of large logits", [[2, 5]], x => x[0].Softmax(), x => Textbook(x[0], classes: 5)) { Scale = 300 },
        new("softmax of one class", [[3, 1]], x => x[0].Softmax(), x => Textbook(x[0], classes: 1)),
        new("softmax of rows of whole fours", [[5, 36]], x => x[0].Softmax(), x => Textbook(x[0], classes: 36)),
        new("softmax of rows longer than a register", [[5, 129]], x => x[0].Softmax(), x => Textbook(x[0], classes: 129)),
        new("softmax of classes masked out", [[2, 17]], x => x[0].Softmax(), x => Textbook(x[0], classes: 17))
            { Planted = [(0, 3, float.NegativeInfinity), (0, 16, float.NegativeInfinity)] },
        new("softmax of NaN and infinity", [[4, 17]], x => x[0].Softmax(), x => Textbook(x[0], classes: 17))
            { Planted = [(0, 0, float.NaN), (0, 33, float.NaN), (0, 36, float.PositiveInfinity)], HasGradient = false },
    ];

    internal static double[] Textbook(double[] x, int classes) => [.. x.Chunk(classes).SelectMany(row =>
    {
        double max = row.Max(), total = row.Sum(v => Math.Exp(v - max));
        return row.Select(v => Math.Exp(v - max) / total);
    })];
}
