namespace NativeSsl.Tests.Ops;

static class Sgd
{
    public static OpSpec[] Specs =>
    [
        Of("value", new(0.1f, 0.9f, 0.01f, Gradient: 0f, Velocity: 1f), 0),
        Of("velocity", new(0.1f, 0.9f, 0.01f, Gradient: 0f, Velocity: 1f), 2),
        Of("value looked ahead to", new(0.1f, 0.9f, 0.01f, Gradient: 1f, Velocity: 0.9f), 0),
    ];

    static OpSpec Of(string name, SgdScalars s, int output) => new($"sgd, {name}", [[67], [67], [67]], x =>
    {
        x[0].Backend.Sgd(x[0], x[1], x[2], s);
        return x[output];
    }, x => [.. Enumerable.Range(0, 67).Select(i =>
    {
        double d = x[1][i] + s.Decay * x[0][i], v = s.Momentum * x[2][i] + d;
        return output == 2 ? v : x[0][i] - s.Rate * (s.Gradient * d + s.Velocity * v);
    })]) { HasGradient = false };
}
