using static NativeSsl.Tests.Ops.BatchNorm;

namespace NativeSsl.Tests.Ops;

/// <summary>What a table of values cannot say about batch norm: running statistics, numbers far from zero, gradients gathered over pieces, what it complains about.</summary>
public sealed class BatchNormTests
{
    [Fact]
    public void Running_statistics_move_as_PyTorch_moves_them_once_a_call()
    {
        const int Rows = 1030, Width = 19;
        foreach (IBackend backend in Devices.All)
        {
            using var step = new Step(backend, training: true);
            Tensor[] running = Running(backend, Width);
            double[] mean = [.. Enumerable.Range(0, Width).Select(i => (double)RunningMean(i))];
            double[] variance = [.. Enumerable.Range(0, Width).Select(i => (double)RunningVariance(i))];
            for (ulong micro = 0; micro < 2; micro++)
            {
                float[] x = Draw(Rows * Width, micro);
                Tensor.From(backend, [Rows, Width], x).BatchNorm(null, null, running[0], running[1], momentum: 0.3f);
                for (int i = 0; i < Width; i++)
                {
                    double[] column = [.. x.Where((_, place) => place % Width == i).Select(v => (double)v)];
                    double average = column.Average();
                    mean[i] = 0.7 * mean[i] + 0.3 * average;
                    variance[i] = 0.7 * variance[i] + 0.3 * column.Sum(v => (v - average) * (v - average)) / (Rows - 1);
                }
            }
            Assert.All(running[0].ToArray().Zip(mean), pair => Assert.Equal(pair.Second, pair.First, 1e-6));
            Assert.All(running[1].ToArray().Zip(variance), pair => Assert.Equal(pair.Second, pair.First, 1e-6));
        }
    }

    [Fact]
    public void They_rest_outside_training_and_move_without_gradient_and_once_under_a_checkpoint()
    {
        CpuBackend cpu = Devices.Widths[0];
        Tensor x = Tensor.From(cpu, [6, 3], Draw(18, 1));
        float[] after = Moved(true, leaf => leaf), still = Moved(false, leaf => leaf);
        Assert.Equal(Running(cpu, 3)[0].ToArray(), still);
        Assert.NotEqual(still, after);
        Assert.Equal(after, Moved(true, _ => x));                                   // nothing to record, as in a teacher
        Assert.Equal(after, Moved(true, leaf => leaf, checkpoint: true));

        float[] Moved(bool training, Func<Tensor, Tensor> of, bool checkpoint = false)
        {
            using var step = new Step(cpu, training);
            Tensor[] running = Running(cpu, 3);
            Tensor input = of(x.Keep().RequireGradient());
            Tensor Block(Tensor t) => t.BatchNorm(null, null, running[0], running[1]);
            Tensor y = checkpoint ? input.Checkpoint(Block) : Block(input);
            if (y.RequiresGradient) y.Sum().Backward();
            return running[0].ToArray();
        }
    }

    [Fact]
    public void Far_from_zero_value_and_gradient_are_those_near_zero()
    {
        // Multiples of 1/512 below 2 can be moved by 8192 without rounding.
        float[] near = [.. Draw(700 * 5, 4).Select(v => MathF.Round(v * 512) / 512)];
        foreach (IBackend backend in Devices.All)
        {
            (float[] y, float[] dx, float[] dgamma) = Run(backend, near);
            var far = Run(backend, [.. near.Select(v => v + 8192)]);
            for (int i = 0; i < y.Length; i++) Assert.Equal(y[i], far.y[i], 1e-5);
            for (int i = 0; i < y.Length; i++) Assert.Equal(dx[i], far.dx[i], 1e-5);
            for (int i = 0; i < 5; i++) Assert.Equal(dgamma[i], far.dgamma[i], 1e-4);
        }

        static (float[] y, float[] dx, float[] dgamma) Run(IBackend backend, float[] values)
        {
            using var step = new Step(backend, training: true);
            Tensor x = Tensor.From(backend, [700, 5], values).RequireGradient(), gamma = Tensor.Full(backend, [5], 1.5f).RequireGradient();
            Tensor y = Apply(x, gamma, null);
            float[] value = y.ToArray();
            y.Backward(Tensor.From(backend, y.Shape, Draw(3500, 5)));
            return (value, x.Gradient.ToArray(), gamma.Gradient.ToArray());
        }
    }

    [Theory, InlineData(1300, 5), InlineData(70, 1100), InlineData(8300, 3)]
    public void Gradients_gather_over_all_pieces_and_blocks(int rows, int width)
    {
        float[] values = Draw(rows * width, 6), seed = Draw(rows * width, 7);
        foreach (IBackend backend in Devices.All)
        {
            using var step = new Step(backend, training: true);
            Tensor x = Tensor.From(backend, [rows, width], values).RequireGradient();
            Tensor gamma = Tensor.Full(backend, [width], 0.7f).RequireGradient();
            Tensor beta = Tensor.Full(backend, [width], 0f).RequireGradient();
            Apply(x, gamma, beta, Activation.Relu).Backward(Tensor.From(backend, x.Shape, seed));
            float[] dx = x.Gradient.ToArray(), dgamma = gamma.Gradient.ToArray(), dbeta = beta.Gradient.ToArray();
            for (int i = 0; i < width; i++)
            {
                double[] column = [.. Enumerable.Range(0, rows).Select(row => (double)values[row * width + i])];
                double mean = column.Average(), r = 1 / Math.Sqrt(column.Average(v => (v - mean) * (v - mean)) + Epsilon);
                double[] hat = [.. column.Select(v => (v - mean) * r)];
                double[] g = [.. hat.Select((h, row) => h > 0 ? (double)seed[row * width + i] : 0)];
                double sum = g.Sum(), dot = g.Zip(hat, (a, b) => a * b).Sum();
                Assert.Equal(sum, dbeta[i], 1e-6 * rows);
                Assert.Equal(dot, dgamma[i], 1e-6 * rows);
                for (int row = 0; row < rows; row++)
                    Assert.Equal(0.7 * r * (g[row] - sum / rows - hat[row] * dot / rows), dx[row * width + i], 1e-5);
            }
        }
    }

    [Fact]
    public void Two_micro_batches_add_their_gradients()
    {
        CpuBackend cpu = Devices.Widths[0];
        Tensor gamma = Tensor.Full(cpu, [3], 1.3f).RequireGradient(), beta = Tensor.Full(cpu, [3], 0.1f).RequireGradient();
        float[][] single = [.. new ulong[] { 8, 9 }.Select(Gradient)];
        using (var step = new Step(cpu, training: true))
        {
            gamma.ResetGradient();
            foreach (ulong stream in (ulong[])[8, 9]) Loss(stream).Backward();
            float[] both = gamma.Gradient.ToArray();
            for (int i = 0; i < 3; i++) Assert.Equal(single[0][i] + single[1][i], both[i], 1e-6);
        }

        float[] Gradient(ulong stream)
        {
            using var step = new Step(cpu, training: true);
            gamma.ResetGradient();
            Loss(stream).Backward();
            return gamma.Gradient.ToArray();
        }

        Tensor Loss(ulong stream) => (Apply(Tensor.From(cpu, [6, 3], Draw(18, stream)), gamma, beta, Activation.Relu)
            * Tensor.From(cpu, [6, 3], Draw(18, stream + 10))).Sum();
    }

    [Fact]
    public void Errors_finish_the_sentence()
    {
        Tensor Zeros(params int[] shape) => Tensor.Zeros(CpuBackend.Default, shape);
        string Message<T>(Func<Tensor> call) where T : Exception => Assert.Throws<T>(call).Message;
        Assert.Equal("BatchNorm: last axis of x is 6 (shape [8, 6]) but axis 0 of runningMean is 5 (shape [5]).",
            Message<ShapeException>(() => Zeros(8, 6).BatchNorm(null, null, Zeros(5), Zeros(6))));
        Assert.Equal("BatchNorm: residual has shape [6] but x has shape [8, 6].",
            Message<ShapeException>(() => Zeros(8, 6).BatchNorm(null, null, Zeros(6), Zeros(6), residual: Zeros(6))));
        Assert.Contains("activation Gelu", Message<NativeSslException>(() =>
            Zeros(8, 6).BatchNorm(null, null, Zeros(6), Zeros(6), activation: Activation.Gelu)), StringComparison.Ordinal);
        using var step = new Step(CpuBackend.Default, training: true);
        Assert.Contains("x has shape [1, 6], so each feature has 1 values", Message<ShapeException>(() =>
            Zeros(1, 6).BatchNorm(null, null, Zeros(6), Zeros(6))), StringComparison.Ordinal);
    }
}
