namespace NativeSsl.Tests.Ops;

static class RmsNorm
{
    public static OpSpec[] Specs =>
    [
        Of("rms norm", [4, 33]),
        Of("rms norm of one row", [1, 5]),
        Of("rms norm of a vector", [7]),
        Of("rms norm of one feature", [3, 1]),
        Of("rms norm of rows of whole fours", [5, 36]),
        Of("rms norm of rows longer than a register", [2, 3, 129]),
        Of("rms norm of rows longer than a team", [2, 531]) with { Constants = [0] },
        Of("rms norm of more rows than a thread adds up", [131, 5]),
        Of("rms norm far from zero", [3, 37]) with { Shift = 10_000, HasGradient = false },
        Of("rms norm of large values", [3, 37]) with { Scale = 1e6f, HasGradient = false },
        Of("rms norm of small values, where epsilon counts", [3, 37]) with { Scale = 2e-3f, GradientTolerance = 2e-5 },
        Of("rms norm of zeros", [2, 5]) with { Scale = 0f, HasGradient = false },
        Of("rms norm of NaN and infinity", [4, 17]) with
            { Planted = [(0, 3, float.NaN), (0, 33, float.NegativeInfinity), (1, 5, float.NaN)], HasGradient = false },
        new("rms norm with another epsilon", [[3, 20], [20]], x => x[0].RmsNorm(x[1], 0.25f), x => Textbook(x[0], x[1], 0.25f)),
    ];

    static OpSpec Of(string name, Shape shape) => new(name, [shape, [shape[-1]]], x => x[0].RmsNorm(x[1]), x => Textbook(x[0], x[1], 1e-6f));

    static double[] Textbook(double[] x, double[] gamma, double epsilon) => [.. x.Chunk(gamma.Length).SelectMany(row =>
    {
        double square = row.Average(v => v * v);
        return row.Select((v, i) => gamma[i] * v / Math.Sqrt(square + epsilon));
    })];
}

/// <summary>The kernel against what it was before: other ops, one after the other.</summary>
public sealed class RmsNormTests
{
    static Tensor Composed(Tensor x, Tensor gamma) => x / (x.Square().Mean(-1, keepAxis: true) + 1e-6f).Sqrt() * gamma;

    // Rows of several parts and blocks, for which central differences would take too long.
    [Theory, InlineData(9_001, 5), InlineData(300, 129), InlineData(70, 37), InlineData(64, 1_024), InlineData(0, 5)]
    public void Has_the_value_and_the_gradients_of_the_composed_form(int rows, int width)
    {
        foreach (IBackend backend in rows * width > 10_000 ? (IBackend[])Devices.Widths : Devices.All)
        {
            float[][] kernel = Run(backend, (x, gamma) => x.RmsNorm(gamma)), composed = Run(backend, Composed);
            for (int k = 0; k < 3; k++)
            {
                double scale = Math.Max(1, composed[k].Select(Math.Abs).DefaultIfEmpty().Max());
                for (int i = 0; i < composed[k].Length; i++) Assert.Equal(composed[k][i], kernel[k][i], 1e-5 * scale);
            }
        }

        float[][] Run(IBackend backend, Func<Tensor, Tensor, Tensor> norm)
        {
            using var step = new Step(backend);
            var random = new RandomSource(8, 0);
            float[] Draw(int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextNormal())];
            Tensor x = Tensor.From(backend, [rows, width], Draw(rows * width)).RequireGradient(),
                gamma = Tensor.From(backend, [width], Draw(width)).RequireGradient();
            Tensor y = norm(x, gamma);
            y.Backward(Tensor.From(backend, [rows, width], Draw(rows * width)));
            return [y.ToArray(), x.Gradient.ToArray(), gamma.Gradient.ToArray()];
        }
    }

    [Fact]
    public void What_does_not_fit_is_named()
    {
        Tensor Zeros(Shape shape) => Tensor.Zeros(CpuBackend.Default, shape);
        Assert.Equal("RmsNorm: last axis of x is 6 (shape [8, 6]) but axis 0 of gamma is 5 (shape [5]).",
            Assert.Throws<ShapeException>(() => Zeros([8, 6]).RmsNorm(Zeros([5]))).Message);
        Assert.Contains("x has shape [], which has 0 axes", Assert.Throws<ShapeException>(() => Zeros([]).RmsNorm(Zeros([1]))).Message);
        Assert.Contains("gamma has shape [1, 6]", Assert.Throws<ShapeException>(() => Zeros([8, 6]).RmsNorm(Zeros([1, 6]))).Message);
    }
}
