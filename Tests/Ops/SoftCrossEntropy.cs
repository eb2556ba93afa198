namespace NativeSsl.Tests.Ops;

static class SoftCrossEntropy
{
    public static OpSpec[] Specs =>
    [
        Of("crossentropy of soft targets", [2, 2, 33]),
        Of("crossentropy of soft targets, one class", [3, 1]),
        Of("crossentropy of soft targets, whole fours of classes", [3, 36]),
        Of("crossentropy of soft targets, large logits", [3, 5]) with { Scale = 300 },
        new("crossentropy of soft targets from a softmax", [[3, 17], [3, 17]], x => x[0].CrossEntropy(x[1].Softmax()),
            x => Textbook(x[0], Softmax.Textbook(x[1], 17), 17)),
    ];

    static OpSpec Of(string name, Shape shape) =>
        new(name, [shape, shape], x => x[0].CrossEntropy(x[1]), x => Textbook(x[0], x[1], shape[-1]));

    static double[] Textbook(double[] x, double[] t, int classes) => [x.Chunk(classes).Zip(t.Chunk(classes), (row, target) =>
    {
        double max = row.Max(), log = max + Math.Log(row.Sum(v => Math.Exp(v - max)));
        return row.Zip(target, (v, weight) => weight * (log - v)).Sum();
    }).Average()];
}
