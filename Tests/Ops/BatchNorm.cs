namespace NativeSsl.Tests.Ops;

static class BatchNorm
{
    internal const float Epsilon = 1e-5f;

    internal static OpSpec[] Specs =>
    [
        Of("batch norm", [4, 3, 5]),
        Of("batch norm of two rows", [2, 17]),
        Of("batch norm of one feature", [7, 1]),
        Of("batch norm of whole fours of features", [5, 12]),
        Of("batch norm of images", [2, 3, 3, 33]),
        Of("batch norm of one feature more than two registers", [5, 33]),
        Of("batch norm of many pieces of rows", [8300, 2]) with { HasGradient = false },
        Of("batch norm of more features than a unit holds", [70, 1100]) with { HasGradient = false },
        Of("batch norm far from zero", [67, 37]) with { Shift = 10_000, HasGradient = false },
        Of("batch norm far from zero, many pieces", [1100, 3]) with { Shift = 10_000, HasGradient = false },
        Of("batch norm of large values", [33, 37]) with { Scale = 1e6f, HasGradient = false },
        Of("batch norm of NaN and infinity", [4, 17]) with
            { Planted = [(0, 3, float.NaN), (0, 33, float.NegativeInfinity), (1, 5, float.NaN)], HasGradient = false },
        Of("batch norm in evaluation", [4, 3, 5]) with { Training = false },
        Of("batch norm in evaluation, one row", [1, 33]) with { Training = false },
        Of("batch norm in evaluation far from zero", [3, 37]) with { Training = false, Shift = 10_000, HasGradient = false },
        Of("batch norm, relu", [5, 19], Activation.Relu),
        Of("batch norm, relu, whole fours of features", [7, 12], Activation.Relu),
        Of("batch norm in evaluation, relu", [5, 19], Activation.Relu) with { Training = false },
        Of("batch norm, relu of NaN", [4, 17], Activation.Relu) with { Planted = [(0, 3, float.NaN)], HasGradient = false },
        WithResidual("batch norm + residual", [5, 19], Activation.None),
        WithResidual("relu(batch norm + residual), whole fours of features", [7, 12], Activation.Relu),
        WithResidual("relu(batch norm + residual) in evaluation, whole fours of features", [5, 12], Activation.Relu) with { Training = false },
        WithResidual("relu(batch norm + residual)", [3, 2, 21], Activation.Relu),
        WithResidual("relu(batch norm + residual) in evaluation", [5, 19], Activation.Relu) with { Training = false },
        WithResidual("relu(batch norm + residual), frozen residual", [5, 19], Activation.Relu) with { Constants = [3] },
        WithResidual("relu(batch norm + residual), frozen input", [5, 19], Activation.Relu) with { Constants = [0] },
        WithResidual("relu(batch norm + residual) in evaluation, all frozen but x", [5, 19], Activation.Relu) with
            { Training = false, Constants = [1, 2, 3] },
        new("batch norm without gamma and beta", [[6, 18]], x => Apply(x[0], null, null),
            x => Textbook(x[0], Ones(18), new double[18], true)) { Training = true },
        new("batch norm without beta", [[6, 18], [18]], x => Apply(x[0], x[1], null), x => Textbook(x[0], x[1], new double[18], true))
            { Training = true },
        new("relu(batch norm of x + x)", [[6, 18]], x => Apply(x[0], null, null, Activation.Relu, x[0]),
            x => [.. Textbook(x[0], Ones(18), new double[18], true).Zip(x[0], (h, r) => Math.Max(0, h + r))]) { Training = true },
    ];

    static OpSpec Of(string name, Shape shape, Activation activation = Activation.None) =>
        new(name, [shape, [shape[-1]], [shape[-1]]], x => Apply(x[0], x[1], x[2], activation),
            x => [.. Textbook(x[0], x[1], x[2], Trains(name)).Select(h => Activated(h, activation))]) { Training = true };

    static OpSpec WithResidual(string name, Shape shape, Activation activation) =>
        new(name, [shape, [shape[-1]], [shape[-1]], shape], x => Apply(x[0], x[1], x[2], activation, x[3]),
            x => [.. Textbook(x[0], x[1], x[2], Trains(name)).Zip(x[3], (h, r) => Activated(h + r, activation))]) { Training = true };

    static bool Trains(string name) => !name.Contains("evaluation", StringComparison.Ordinal);

    static double Activated(double h, Activation activation) => activation == Activation.Relu ? Math.Max(0, h) : h;
    static double[] Ones(int count) => [.. Enumerable.Repeat(1.0, count)];

    internal static float RunningMean(int feature) => 0.1f * (feature % 5);
    internal static float RunningVariance(int feature) => 0.5f + 0.25f * (feature % 3);

    internal static Tensor[] Running(IBackend backend, int width) => [Row(backend, width, RunningMean), Row(backend, width, RunningVariance)];
    static Tensor Row(IBackend backend, int width, Func<int, float> value) =>
        Tensor.From(backend, [width], [.. Enumerable.Range(0, width).Select(value)]);

    internal static Tensor Apply(Tensor x, Tensor? gamma, Tensor? beta, Activation activation = Activation.None, Tensor? residual = null)
    {
        Tensor[] running = Running(x.Backend, x.Shape[-1]);
        return x.BatchNorm(gamma, beta, running[0], running[1], epsilon: Epsilon, activation: activation, residual: residual);
    }

    static double[] Textbook(double[] x, double[] gamma, double[] beta, bool training)
    {
        int width = gamma.Length, rows = x.Length / width;
        double[] y = new double[x.Length];
        for (int i = 0; i < width; i++)
        {
            double[] column = [.. Enumerable.Range(0, rows).Select(row => x[row * width + i])];
            double mean = training ? column.Average() : RunningMean(i);
            double variance = training ? column.Average(v => (v - mean) * (v - mean)) : RunningVariance(i);
            double deviation = Math.Sqrt(variance + Epsilon);
            for (int row = 0; row < rows; row++) y[row * width + i] = gamma[i] * (column[row] - mean) / deviation + beta[i];
        }
        return y;
    }

    internal static float[] Draw(int count, ulong stream) =>
        [.. Enumerable.Range(0, count).Select(i => Philox.Uniform(Philox.Block(3, stream, (ulong)i).A))];
}
