namespace NativeSsl.Tests.Ops;

static class LinearCrossEntropy
{
    public static OpSpec[] Specs =>
    [
        Of("linearcrossentropy", [5, 7], 11, [3, 10, 0, 7, 3]),
        Of("linearcrossentropy in chunks", [5, 7], 11, [3, 10, -100, 7, 3], rowsPerChunk: 2),
        Of("linearcrossentropy of one class", [3, 4], 1, [0, 0, 0]),
        Of("linearcrossentropy of one row", [1, 33], 17, [16]),
        Of("linearcrossentropy, every row ignored, in chunks", [3, 4], 5, [2, 2, 2], ignore: 2, rowsPerChunk: 1),
        Of("linearcrossentropy with smoothed labels, in chunks", [4, 6], 9, [2, -100, 8, 0], smoothing: 0.2f, rowsPerChunk: 3),
        Of("linearcrossentropy of large logits", [3, 4], 5, [2, 4, 0]) with { Scale = 12 },
        new("linearcrossentropy without bias", [[2, 2, 6], [9, 6]],
            x => 3f * x[0].LinearCrossEntropy(x[1], Labels(x[0], [2, 2], [1, 5, 0, 8])),
            x => [3 * Textbook(x[0], x[1], new double[9], [1, 5, 0, 8], -100, 0)]),
        new("linearcrossentropy of a frozen head", [[3, 6], [9, 6]], x => x[0].LinearCrossEntropy(x[1], Labels(x[0], [3], [1, 5, 0])),
            x => [Textbook(x[0], x[1], new double[9], [1, 5, 0], -100, 0)]) { Constants = [1] },
    ];

    static Indices Labels(Tensor x, Shape shape, int[] targets) => Indices.From(x.Backend, shape, targets);

    static OpSpec Of(string name, Shape shape, int classes, int[] targets, int ignore = -100,
        float smoothing = 0f, int rowsPerChunk = 256) =>
        new(name, [shape, [classes, shape[-1]], [classes]],
            x => x[0].LinearCrossEntropy(x[1], Labels(x[0], [targets.Length], targets), x[2], ignore, smoothing, rowsPerChunk),
            x => [Textbook(x[0], x[1], x[2], targets, ignore, smoothing)]);

    static double Textbook(double[] x, double[] weight, double[] bias, int[] targets, int ignore, double smoothing)
    {
        int features = weight.Length / bias.Length;
        double[] logits = [.. x.Chunk(features)
            .SelectMany(row => weight.Chunk(features).Zip(bias, (w, b) => b + w.Zip(row, (p, q) => p * q).Sum()))];
        return CrossEntropy.Textbook(logits, bias.Length, targets, ignore, smoothing);
    }
}

public sealed class LinearCrossEntropyTests
{
    // 4,096 rows of 4,096 classes are 64 MiB of logits; a chunk of them is 16 MiB.
    [Fact]
    public void The_logits_are_never_stored_as_a_whole()
    {
        const int rows = 4096, classes = 4096, features = 8;
        var cpu = new CpuBackend(2);
        Tensor x = Tensor.Full(cpu, [rows, features], 0.1f).RequireGradient(),
            weight = Tensor.Full(cpu, [classes, features], 0.2f).RequireGradient();
        using (new Step(cpu))
        {
            Tensor loss = x.LinearCrossEntropy(weight, Indices.From(cpu, [rows], new int[rows]));
            loss.Backward();
            Assert.Equal(Math.Log(classes), loss.Item(), 1e-4);
        }
        Assert.InRange(cpu.PoolBytes, 16 << 20, 22 << 20);
    }

    [Fact]
    public void Without_gradients_it_makes_none()
    {
        var cpu = new CpuBackend(1);
        Tensor x = Tensor.Full(cpu, [3, 1000], 0.1f), weight = Tensor.Full(cpu, [5, 1000], 0.2f).RequireGradient();
        using var step = new Step(cpu);
        using (Tape.NoGradient()) Assert.False(x.LinearCrossEntropy(weight, Indices.From(cpu, [3], 0, 1, 2)).RequiresGradient);
        Assert.True(cpu.PoolBytes < 5 * 1000 * sizeof(float));
    }

    [Fact]
    public void Errors_name_the_op_the_axis_and_both_shapes()
    {
        CpuBackend cpu = CpuBackend.Default;
        Tensor x = Tensor.Zeros(cpu, [2, 3]);
        Indices targets = Indices.From(cpu, [2], 0, 4);
        Assert.Equal("LinearCrossEntropy: last axis of x is 3 (shape [2, 3]) but axis 1 of weight is 4 (shape [5, 4]).",
            Assert.Throws<ShapeException>(() => x.LinearCrossEntropy(Tensor.Zeros(cpu, [5, 4]), targets)).Message);
        Assert.Equal("LinearCrossEntropy: bias has shape [4] but one row of logits has shape [5].",
            Assert.Throws<ShapeException>(() => x.LinearCrossEntropy(Tensor.Zeros(cpu, [5, 3]), targets, Tensor.Zeros(cpu, [4]))).Message);
        Assert.Equal("LinearCrossEntropy: index 4 at place 1 of indices [2] is outside 0 … 3.",
            Assert.Throws<IndexException>(() => x.LinearCrossEntropy(Tensor.Zeros(cpu, [4, 3]), targets)).Message);
    }
}
