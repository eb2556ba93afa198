namespace NativeSsl.Tests.Ops;

static class AdamW
{
    static readonly AdamWScalars Scalars = new(0.9f, 0.99f, 0.1f, 0.01f, Keep: 0.998f, Rate: 0.02f, RootCorrection: 1.5f, Epsilon: 1e-6f);

    // Inputs in 0.1 … 1.9, because a mean of squares is positive: value, gradient, mean, square.
    public static OpSpec[] Specs => [Of("value", 0), Of("mean", 2), Of("square", 3)];

    static OpSpec Of(string name, int output) => new($"adamw, {name}", [[67], [67], [67], [67]], x =>
    {
        x[0].Backend.AdamW(x[0], x[1], x[2], x[3], Scalars);
        return x[output];
    }, x => [.. Enumerable.Range(0, 67).Select(i => Textbook(x[0][i], x[1][i], x[2][i], x[3][i])[output])])
        { Shift = 1f, Scale = 0.9f, HasGradient = false };

    static double[] Textbook(double value, double gradient, double mean, double square)
    {
        AdamWScalars s = Scalars;
        double m = s.Beta1 * mean + s.Fresh1 * gradient, v = s.Beta2 * square + s.Fresh2 * gradient * gradient;
        return [s.Keep * value - s.Rate * m / (Math.Sqrt(v) * s.RootCorrection + s.Epsilon), gradient, m, v];
    }
}
