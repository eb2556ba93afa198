namespace NativeSsl.Tests.Ops;

static class LayerNorm
{
    public static OpSpec[] Specs =>
    [
        Of("layernorm", [4, 33]),
        Of("layernorm of one row", [1, 5]),
        Of("layernorm of one feature", [3, 1]),
        Of("layernorm of rows of whole fours", [5, 36]),
        Of("layernorm of rows longer than a register", [2, 3, 129]),
        Of("layernorm of more rows than a team takes", [19, 8]),
        Of("layernorm far from zero", [3, 37]) with { Shift = 10_000, HasGradient = false },
        Of("layernorm of large values", [3, 37]) with { Scale = 1e6f, HasGradient = false },
        Of("layernorm of NaN and infinity", [4, 17]) with
            { Planted = [(0, 3, float.NaN), (0, 33, float.NegativeInfinity), (1, 5, float.NaN)], HasGradient = false },
        new("layernorm without beta", [[5, 17], [17]], x => x[0].LayerNorm(x[1]), x => Textbook(x[0], x[1], new double[17])),
        new("layernorm without beta, rows of whole fours", [[5, 12], [12]], x => x[0].LayerNorm(x[1]), x => Textbook(x[0], x[1], new double[12])),
    ];

    static OpSpec Of(string name, Shape shape) =>
        new(name, [shape, [shape[-1]], [shape[-1]]], x => x[0].LayerNorm(x[1], x[2]), x => Textbook(x[0], x[1], x[2]));

    static double[] Textbook(double[] x, double[] gamma, double[] beta) => [.. x.Chunk(gamma.Length).SelectMany(row =>
    {
        double mean = row.Average(), variance = row.Average(v => (v - mean) * (v - mean));
        return row.Select((v, i) => gamma[i] * (v - mean) / Math.Sqrt(variance + 1e-5f) + beta[i]);
    })];
}
