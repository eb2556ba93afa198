using static NativeSsl.Tests.Ops.Formulas;

namespace NativeSsl.Tests.Ops;

static class Activations
{
    public static OpSpec[] Specs =>
    [
        One("relu", x => x.Relu(), v => Math.Max(0, v)),
        One("gelu", x => x.Gelu(), Gelu) with { Scale = 6f },
        One("gelu of large numbers", x => x.Gelu(), Gelu) with { Scale = 1e30f },
        One("geluErf", x => x.GeluErf(), GeluErf) with { Scale = 6f },
        One("geluErf of large numbers", x => x.GeluErf(), GeluErf) with { Scale = 1e30f },
        One("silu", x => x.Silu(), v => v * Sigmoid(v)) with { Scale = 6f },
        One("silu of large numbers", x => x.Silu(), v => v * Sigmoid(v)) with { Scale = 1e30f },
    ];

    internal static double Gelu(double v) => v * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (v + 0.044715 * v * v * v))) / 2;

    // .NET has no erf. Φ(v) = ½ + φ(v) (v + v³/3 + v⁵/(3·5) + …), all terms of one sign: Abramowitz & Stegun 26.2.11.
    internal static double GeluErf(double v)
    {
        if (Math.Abs(v) > 12) return Math.Max(0, v);
        double term = v, sum = v;
        for (int k = 3; Math.Abs(term) > 1e-18; k += 2) sum += term *= v * v / k;
        return v * (0.5 + sum * Math.Exp(-v * v / 2) / Math.Sqrt(2 * Math.PI));
    }
}
