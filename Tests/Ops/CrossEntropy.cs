namespace NativeSsl.Tests.Ops;

static class CrossEntropy
{
    public static OpSpec[] Specs =>
    [
        Of("crossentropy", 33, [3, 32, 0, 17]),
        Of("crossentropy of one class", 1, [0, 0, 0]),
        Of("crossentropy of whole fours of classes", 12, [0, 5, 10, 3, -100, 11, 4]),
        Of("crossentropy with smoothed labels, whole fours of classes", 12, [0, 5, 10, 3, -100], smoothing: 0.1f),
        Of("crossentropy of one row", 129, [128]),
        Of("crossentropy of large logits", 5, [1, 4, 0]) with { Scale = 300 },
        Of("crossentropy with ignored rows", 17, [-100, 3, -100, 16, 0]),
        Of("crossentropy where a class is ignored", 17, [2, 3, 2, 16, 0], ignore: 2),
        Of("crossentropy where every row is ignored", 17, [7, 7], ignore: 7),
        Of("crossentropy of classes masked out", 17, [3, 0]) with
            { Planted = [(0, 5, float.NegativeInfinity), (0, 33, float.NegativeInfinity)] },
        Of("crossentropy of NaN", 17, [3, 0]) with { Planted = [(0, 5, float.NaN)], HasGradient = false },
        Of("crossentropy of an impossible class", 17, [3, 0]) with { Planted = [(0, 3, float.NegativeInfinity)], HasGradient = false },
        Of("crossentropy of NaN in an ignored row", 17, [-100, 0]) with { Planted = [(0, 5, float.NaN)], HasGradient = false },
        Of("crossentropy with smoothed labels", 33, [3, 32, -100, 17], smoothing: 0.1f),
        Of("crossentropy with smoothed labels and large logits", 33, [3, 32, -100, 17], smoothing: 0.3f) with { Scale = 300 },
        Of("crossentropy with labels smoothed to the end", 5, [3, 2], smoothing: 1f),
    ];

    static OpSpec Of(string name, int classes, int[] targets, int ignore = -100, float smoothing = 0f) =>
        new(name, [[targets.Length, classes]],
            x => x[0].CrossEntropy(Indices.From(x[0].Backend, [targets.Length], targets), ignore, smoothing),
            x => [Textbook(x[0], classes, targets, ignore, smoothing)]);

    internal static double Textbook(double[] x, int classes, int[] targets, int ignore, double smoothing)
    {
        var losses = x.Chunk(classes).Zip(targets).Where(row => row.Second != ignore).Select(row =>
        {
            double max = row.First.Max(), log = max + Math.Log(row.First.Sum(v => Math.Exp(v - max)));
            return (1 - smoothing) * (log - row.First[row.Second]) + (smoothing == 0 ? 0 : smoothing * row.First.Average(v => log - v));
        }).ToArray();
        return losses.Length == 0 ? 0 : losses.Average();
    }
}
