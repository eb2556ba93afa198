namespace NativeSsl.Tests.Ops;

static class RmsNorm
{
    public static OpSpec[] Specs =>
    [
        Of("rms norm", [4, 33]),
        Of("rms norm of one feature", [3, 1]),
        Of("rms norm of rows of whole fours", [5, 36]),
        Of("rms norm of rows longer than a register", [2, 3, 129]),
        Of("rms norm of large values", [3, 37]) with { Scale = 1e6f, HasGradient = false },
        Of("rms norm of NaN and infinity", [4, 17]) with
            { Planted = [(0, 3, float.NaN), (0, 33, float.NegativeInfinity), (1, 5, float.NaN)], HasGradient = false },
    ];

    static OpSpec Of(string name, Shape shape) => new(name, [shape, [shape[-1]]], x => x[0].RmsNorm(x[1]), x => Textbook(x[0], x[1]));

    static double[] Textbook(double[] x, double[] gamma) => [.. x.Chunk(gamma.Length).SelectMany(row =>
    {
        double square = row.Average(v => v * v);
        return row.Select((v, i) => gamma[i] * v / Math.Sqrt(square + 1e-6f));
    })];
}
