namespace NativeSsl.Tests.Ops;

static class Clip
{
    public static OpSpec[] Specs =>
    [
        new("squared norm", [[33, 67]], x => Tensor.From(x[0].Backend, [1], (float)x[0].Backend.SquaredNorm(x[0])),
            x => [x[0].Sum(v => v * v)]) { HasGradient = false },
        Of("a gradient that is too long", [33, 67], maxNorm: 20),
        Of("of several parts, too long", [4, 12300], maxNorm: 20),
        Of("of several parts and a rest", [1, 49201], maxNorm: 20),
        Of("a gradient that is short", [33, 67], maxNorm: 100),
        Of("a gradient that is not to be clipped", [33, 67], maxNorm: 0),
        Of("a gradient with a NaN", [33, 67], maxNorm: 20, (0, 2210, float.NaN)),
        Of("a gradient with an infinity", [33, 67], maxNorm: 0, (0, 1, float.NegativeInfinity)),
        Of("a second loss that is infinite", [33, 67], maxNorm: 20, (1, 3, float.PositiveInfinity)),
        Of("a first loss that is NaN", [33, 67], maxNorm: 20, (1, 2, float.NaN)),
        Of("a gradient after one with a NaN", [33, 67], maxNorm: 20, (1, 0, 0f)),
    ];

    // The findings of the last time, of which the factor counts, and two losses.
    static OpSpec Of(string name, Shape shape, double maxNorm, params (int, int, float)[] planted) => new($"clip, {name}", [shape, [4]], x =>
    {
        x[0].Backend.Clip(x[0], maxNorm, x[1]);
        return x[1];
    }, x =>
    {
        double norm = Math.Sqrt(x[0].Sum(v => v * v));
        bool stands = x[1][0] == 0 || !double.IsFinite(norm + x[1][2] + x[1][3]);
        return [stands ? 0 : maxNorm > 0 ? Math.Min(1, maxNorm / norm) : 1, norm, x[1][2], x[1][3]];
    }) { HasGradient = false, Planted = planted };
}
