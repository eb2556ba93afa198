namespace NativeSsl.Tests.Ops;

static class MeanSquaredError
{
    public static OpSpec[] Specs =>
    [
        Of("meansquarederror", [4, 33]),
        Of("meansquarederror of one number", []),
        Of("meansquarederror of NaN", [2, 5]) with { Planted = [(1, 9, float.NaN)], HasGradient = false },
        Of("meansquarederror of infinity", [2, 5]) with { Planted = [(0, 9, float.NegativeInfinity)], HasGradient = false },
        Of("meansquarederror of large values", [2, 5]) with { Scale = 1e6f, HasGradient = false },
        Of("meansquarederror of more than one part", [3, 129, 129]) with { HasGradient = false },
    ];

    static OpSpec Of(string name, Shape shape) =>
        new(name, [shape, shape], x => x[0].MeanSquaredError(x[1]), x => [x[0].Zip(x[1], (a, b) => (a - b) * (a - b)).Average()]);
}
