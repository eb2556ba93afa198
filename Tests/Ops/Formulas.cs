using NativeSsl.Kernels;

namespace NativeSsl.Tests.Ops;

public sealed class Formulas
{
    const float Infinity = float.PositiveInfinity, NaN = float.NaN;

    internal static OpSpec[] Specs =>
    [
        One("negate", x => x.Negate(), v => -v),
        One("exp", x => x.Exp(), Math.Exp),
        One("exp up to the largest float", x => x.Exp(), Math.Exp) with { Scale = 88f, HasGradient = false },
        One("log", x => x.Log(), Math.Log) with { Shift = 2f, Scale = 1.9f },
        One("sqrt", x => x.Sqrt(), Math.Sqrt) with { Shift = 2f, Scale = 1.9f },
        One("square", x => x.Square(), v => v * v),
        One("tanh", x => x.Tanh(), Math.Tanh) with { Scale = 4f },
        One("tanh of large numbers", x => x.Tanh(), Math.Tanh) with { Scale = 1e30f },
        One("sigmoid", x => x.Sigmoid(), Sigmoid) with { Scale = 5f },
        One("sigmoid of large numbers", x => x.Sigmoid(), Sigmoid) with { Scale = 1e30f },
    ];

    internal static OpSpec One(string name, Func<Tensor, Tensor> apply, Func<double, double> textbook) =>
        new(name, [[3, 67]], x => apply(x[0]), x => [.. x[0].Select(textbook)]);

    internal static double Sigmoid(double v) => 1 / (1 + Math.Exp(-v));

    /// <summary>What IEEE 754 and the limits of the textbook ask for: at −∞, −10³⁰, 0, 10³⁰, ∞ and NaN.</summary>
    public static TheoryData<string, Func<Tensor, Tensor>, float[]> Extremes => new()
    {
        { "negate", x => x.Negate(), [Infinity, 1e30f, 0f, -1e30f, -Infinity, NaN] },
        { "exp", x => x.Exp(), [0f, 0f, 1f, Infinity, Infinity, NaN] },
        { "log", x => x.Log(), [NaN, NaN, -Infinity, MathF.Log(1e30f), Infinity, NaN] },
        { "sqrt", x => x.Sqrt(), [NaN, NaN, 0f, 1e15f, Infinity, NaN] },
        { "square", x => x.Square(), [Infinity, Infinity, 0f, Infinity, Infinity, NaN] },
        { "tanh", x => x.Tanh(), [-1f, -1f, 0f, 1f, 1f, NaN] },
        { "sigmoid", x => x.Sigmoid(), [0f, 0f, 0.5f, 1f, 1f, NaN] },
        { "relu", x => x.Relu(), [0f, 0f, 0f, 1e30f, Infinity, NaN] },
        { "gelu", x => x.Gelu(), [0f, 0f, 0f, 1e30f, Infinity, NaN] },
        { "geluErf", x => x.GeluErf(), [0f, 0f, 0f, 1e30f, Infinity, NaN] },
        { "silu", x => x.Silu(), [0f, 0f, 0f, 1e30f, Infinity, NaN] },
    };

    [Theory, MemberData(nameof(Extremes))]
    public void Extremes_follow_the_textbook_on_every_device(string name, Func<Tensor, Tensor> apply, float[] expected)
    {
        foreach (IBackend backend in Devices.All)
        {
            float[] actual = apply(Tensor.From(backend, [6], -Infinity, -1e30f, 0f, 1e30f, Infinity, NaN)).ToArray();
            for (int i = 0; i < expected.Length; i++)
                Assert.True(expected[i].Equals(actual[i]) || expected[i] == actual[i] || MathF.Abs(expected[i] / actual[i] - 1f) < 1e-6f,
                    $"{name} [{i}] on {backend.Name}: {actual[i]:R} instead of {expected[i]:R}");
        }
    }

    public static TheoryData<string, Func<Tensor, Tensor>> Smooth => new()
    {
        { "gelu", x => x.Gelu() }, { "geluErf", x => x.GeluErf() }, { "silu", x => x.Silu() }, { "relu", x => x.Relu() },
    };

    [Theory, MemberData(nameof(Smooth))]
    public void Slopes_of_activations_tend_to_nought_and_one(string name, Func<Tensor, Tensor> apply)
    {
        foreach (IBackend backend in Devices.All)
        {
            Tensor x = Tensor.From(backend, [4], -Infinity, -1e30f, 1e30f, Infinity).RequireGradient();
            apply(x).Sum().Backward();
            Assert.True(x.Gradient.ToArray() is [0f or -0f, 0f or -0f, var far, var farther] && MathF.Abs(far - 1) < 1e-6f
                && MathF.Abs(farther - 1) < 1e-6f, $"{name} on {backend.Name}: {string.Join(", ", x.Gradient.ToArray())}");
        }
    }

    [Fact]
    public void The_logarithm_of_a_number_does_not_depend_on_its_place()
    {
        var random = new RandomSource(4, 0);
        float[] values = [.. Enumerable.Range(0, 16384 + 37).Select(_ => MathF.Exp(20 * random.NextNormal()))];
        foreach (IBackend backend in Devices.All.Where(backend => backend is CpuBackend))
        {
            float[] together = Tensor.From(backend, [values.Length], values).Log().ToArray();
            for (int place = 0; place < values.Length; place += 3)
                Assert.Equal(together[place], Tensor.From(backend, [1], values[place]).Log().Item());
        }
    }
}
