namespace NativeSsl.Tests.Ops;

static class Linear
{
    public static OpSpec[] Specs =>
    [
        Case("alone", 5, 19, 18, Activation.None, hasBias: false, hasResidual: false),
        Case("bias", 5, 19, 18, Activation.None, hasBias: true, hasResidual: false),
        Case("residual", 5, 19, 18, Activation.None, hasBias: false, hasResidual: true),
        Case("bias and residual", 7, 3, 33, Activation.None, hasBias: true, hasResidual: true),
        Case("one row", 1, 35, 17, Activation.Gelu, hasBias: true, hasResidual: true),
        Case("one output", 6, 21, 1, Activation.Silu, hasBias: true, hasResidual: false),
        Case("relu", 5, 7, 18, Activation.Relu, hasBias: true, hasResidual: false),
        Case("relu and residual", 5, 7, 18, Activation.Relu, hasBias: true, hasResidual: true),
        Case("gelu", 5, 7, 18, Activation.Gelu, hasBias: true, hasResidual: false),
        Case("gelu in erf form", 5, 7, 18, Activation.GeluErf, hasBias: true, hasResidual: false),
        Case("silu", 5, 7, 18, Activation.Silu, hasBias: true, hasResidual: true),
        Case("many rows, gelu and residual", 70, 33, 67, Activation.Gelu, hasBias: true, hasResidual: true) with { HasGradient = false },
    ];

    // x is [2, rows/2, inputs] where that is possible: leading axes pass through.
    static OpSpec Case(string name, int rows, int inputs, int outputs, Activation activation, bool hasBias, bool hasResidual)
    {
        Shape leading = rows % 2 == 0 ? [2, rows / 2] : [rows];
        List<Shape> shapes = [leading.Insert(-1, inputs), [outputs, inputs]];
        if (hasBias) shapes.Add([outputs]);
        if (hasResidual) shapes.Add(leading.Insert(-1, outputs));
        int residual = hasBias ? 3 : 2;
        return new($"linear, {name}", [.. shapes],
            x => x[0].Linear(x[1], hasBias ? x[2] : null, activation, hasResidual ? x[residual] : null),
            x =>
            {
                double[] y = MatMul.Textbook(x[0], x[1], 1, rows, inputs, outputs, false, true);
                return [.. y.Select((sum, i) => Apply(activation, sum + (hasBias ? x[2][i % outputs] : 0))
                    + (hasResidual ? x[residual][i] : 0))];
            });
    }

    internal static double Apply(Activation activation, double x) => activation switch
    {
        Activation.Relu => Math.Max(0, x),
        Activation.Gelu => 0.5 * x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x))),
        Activation.GeluErf => 0.5 * x * (1 + Erf(x / Math.Sqrt(2))),
        Activation.Silu => x / (1 + Math.Exp(-x)),
        _ => x,
    };

    // erf x = 2/√π Σ (−1)ⁿ x²ⁿ⁺¹ / (n! (2n + 1)): exact in doubles for the arguments met here.
    static double Erf(double x)
    {
        double term = x, sum = x;
        for (int n = 1; n < 200; n++)
        {
            term *= -x * x / n;
            sum += term / (2 * n + 1);
        }
        return 2 / Math.Sqrt(Math.PI) * sum;
    }
}
