namespace NativeSsl.Tests.Ops;

static class AdamW
{
    static readonly AdamWScalars Scalars = new(0.9f, 0.99f, 0.1f, 0.01f, Epsilon: 1e-6f);
    static readonly AdamWRates Rates = new(Keep: 0.998f, Rate: 0.02f, RootCorrection: 1.5f);

    // Inputs in 0.1 … 1.9, because a mean of squares is positive: value, gradient, mean, square.
    public static OpSpec[] Specs => [.. new[] { ("value", 0), ("mean", 2), ("square", 3) }.SelectMany(one => new[] { Of(one.Item1, one.Item2), Clipped(one.Item1, one.Item2, 0.3f), Clipped(one.Item1, one.Item2, 0f) })];

    static OpSpec Of(string name, int output) => new($"adamw, {name}", [[67], [67], [67], [67]], x =>
    {
        x[0].Backend.AdamW(x[0], x[1], x[2], x[3], Scalars, OnDevice(x[0].Backend));
        return x[output];
    }, x => [.. Enumerable.Range(0, 67).Select(i => Textbook(x[0][i], x[1][i], x[2][i], x[3][i])[output])])
        { Shift = 1f, Scale = 0.9f, HasGradient = false };

    // Of a factor of 0 nothing follows, not even for a gradient that is NaN.
    static OpSpec Clipped(string name, int output, float factor) => new($"adamw, {name}, gradients times {factor}", [[67], [67], [67], [67], [1]], x =>
    {
        x[0].Backend.AdamW(x[0], x[1], x[2], x[3], Scalars, OnDevice(x[0].Backend), x[4]);
        return x[output];
    }, x => [.. Enumerable.Range(0, 67).Select(i => factor == 0 ? x[output][i] : Textbook(x[0][i], x[1][i] * factor, x[2][i], x[3][i])[output])])
        { Shift = 1f, Scale = 0.9f, HasGradient = false, Planted = factor == 0 ? [(4, 0, 0f), (1, 5, float.NaN)] : [(4, 0, factor)] };

    static Tensor OnDevice(IBackend backend)
    {
        float[] rates = new float[AdamWRates.Count];
        Rates.CopyTo(rates);
        return Tensor.From(backend, [AdamWRates.Count], rates);
    }

    static double[] Textbook(double value, double gradient, double mean, double square)
    {
        (AdamWScalars s, AdamWRates r) = (Scalars, Rates);
        double m = s.Beta1 * mean + s.Fresh1 * gradient, v = s.Beta2 * square + s.Fresh2 * gradient * gradient;
        return [r.Keep * value - r.Rate * m / (Math.Sqrt(v) * r.RootCorrection + s.Epsilon), gradient, m, v];
    }
}
