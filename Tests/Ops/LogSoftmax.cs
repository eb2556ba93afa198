namespace NativeSsl.Tests.Ops;

static class LogSoftmax
{
    public static OpSpec[] Specs =>
    [
        Of("logsoftmax", [4, 33]),
        Of("logsoftmax of large logits", [2, 5]) with { Scale = 300 },
        Of("logsoftmax of one class", [3, 1]),
        Of("logsoftmax of rows of whole fours", [5, 36]),
        Of("logsoftmax of NaN and infinity", [5, 17]) with
            { Planted = [(0, 0, float.NaN), (0, 33, float.NaN), (0, 36, float.PositiveInfinity), (0, 52, float.NegativeInfinity)],
                HasGradient = false },
        Of("logsoftmax of one row, longer than a register", [129]),
    ];

    static OpSpec Of(string name, Shape shape) =>
        new(name, [shape], x => x[0].LogSoftmax(),
            x => [.. Softmax.Textbook(x[0], shape[-1]).Select((_, i) => Textbook(x[0], shape[-1], i))]);

    static double Textbook(double[] x, int classes, int i)
    {
        double[] row = x[(i / classes * classes)..(i / classes * classes + classes)];
        double max = row.Max();
        return x[i] - max - Math.Log(row.Sum(v => Math.Exp(v - max)));
    }
}
