namespace NativeSsl.Tests.Ops;

static class Normalize
{
    public static OpSpec[] Specs =>
    [
        Of("normalize", [4, 33]),
        Of("normalize one feature", [3, 1]),
        Of("normalize rows of whole fours", [5, 36]),
        Of("normalize one row, longer than a register", [1, 129]),
        Of("normalize large values", [2, 5]) with { Scale = 1e18f, HasGradient = false },
        Of("normalize NaN and infinity", [4, 17]) with
            { Planted = [(0, 3, float.NaN), (0, 33, float.NegativeInfinity)], HasGradient = false },
        Of("normalize zeros", [2, 5], epsilon: 0.5f) with { Scale = 0 },
        Of("normalize rows shorter than epsilon", [2, 5], epsilon: 2f) with { Scale = 0.1f },
    ];

    static OpSpec Of(string name, Shape shape, float epsilon = 1e-12f) =>
        new(name, [shape], x => x[0].Normalize(epsilon), x => Textbook(x[0], shape[-1], epsilon));

    static double[] Textbook(double[] x, int features, double epsilon) =>
        [.. x.Chunk(features).SelectMany(row => row.Select(v => v / Math.Max(epsilon, Math.Sqrt(row.Sum(u => u * u)))))];
}
