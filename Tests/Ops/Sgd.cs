namespace NativeSsl.Tests.Ops;

static class Sgd
{
    public static OpSpec[] Specs =>
    [
        Of("value", new(0.9f, 0.01f, Gradient: 0f, Velocity: 1f), 0),
        Of("velocity", new(0.9f, 0.01f, Gradient: 0f, Velocity: 1f), 2),
        Of("value looked ahead to", new(0.9f, 0.01f, Gradient: 1f, Velocity: 0.9f), 0),
        Of("value at a small rate", new(0.9f, 0.01f, Gradient: 1f, Velocity: 0.9f), 0, rate: 0.002f),
        Of("value, gradients times 0.3", new(0.9f, 0.01f, Gradient: 1f, Velocity: 0.9f), 0, 0.3f),
        Of("velocity, gradients times 0.3", new(0.9f, 0.01f, Gradient: 0f, Velocity: 1f), 2, 0.3f),
        Of("value, gradients times 0", new(0.9f, 0.01f, Gradient: 0f, Velocity: 1f), 0, 0f),
        Of("velocity, gradients times 0", new(0.9f, 0.01f, Gradient: 0f, Velocity: 1f), 2, 0f),
    ];

    static OpSpec Of(string name, SgdScalars s, int output, float? factor = null, float rate = 0.1f) => new($"sgd, {name}", [[67], [67], [67], [1]], x =>
    {
        x[0].Backend.Sgd(x[0], x[1], x[2], s, Tensor.From(x[0].Backend, [1], rate), factor is null ? null : x[3]);
        return x[output];
    }, x => [.. Enumerable.Range(0, 67).Select(i =>
    {
        if (factor == 0) return x[output][i];
        double d = x[1][i] * (factor ?? 1) + s.Decay * x[0][i], v = s.Momentum * x[2][i] + d;
        return output == 2 ? v : x[0][i] - (double)rate * (s.Gradient * d + s.Velocity * v);
    })]) { HasGradient = false, Planted = factor switch { null => [], 0 => [(3, 0, 0f), (1, 5, float.NaN)], { } by => [(3, 0, by)] } };
}
