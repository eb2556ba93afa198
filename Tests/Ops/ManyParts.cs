namespace NativeSsl.Tests.Ops;

/// <summary>Tensors of more than one part of work: the specs' tensors, whose gradients are held against central differences, are too small.</summary>
public sealed class ManyParts
{
    // Three parts and a bit, and no multiple of a register.
    const int Count = 3 * 16384 + 37;

    static readonly CpuBackend Cpu = new(2);

    static float[] Draw(int count, ulong stream)
    {
        var random = new RandomSource(8, stream);
        return [.. Enumerable.Range(0, count).Select(_ => random.NextUniform() * 2 - 1)];
    }

    static (Parameters Parameters, float[] Gradient) WithGradient()
    {
        Tensor weight = Tensor.From(Cpu, [Count], Draw(Count, 0)).RequireGradient();
        var parameters = new Parameters([new("all", [("weight", weight)]) { WeightDecay = 0.1f }]);
        float[] gradient = Draw(Count, 1);
        using var step = new Step(Cpu);
        (weight * Tensor.From(Cpu, [Count], gradient)).Sum().Backward();
        return (parameters, gradient);
    }

    [Fact]
    public void Clipping_looks_at_every_gradient_and_shortens_every_one()
    {
        (Parameters parameters, float[] gradient) = WithGradient();
        double norm = Math.Sqrt(gradient.Sum(g => (double)g * g));
        var clipping = new Clipping(parameters, 0.5);
        clipping.Look();
        Assert.Equal(norm, clipping.Norm, 1e-4);
        float[] before = parameters.Values.ToArray();
        new NativeSsl.Sgd(parameters).Step(0, 1, clipping);
        float[] after = parameters.Values.ToArray();
        for (int i = 0; i < Count; i++) Assert.Equal(before[i] * 0.9 - gradient[i] * 0.5 / norm, after[i], 3e-7);
    }

    [Fact]
    public void AdamW_moves_every_value()
    {
        (Parameters parameters, float[] gradient) = WithGradient();
        float[] before = parameters.Values.ToArray();
        new NativeSsl.AdamW(parameters, epsilon: 1e-8).Step(0, 0.01);
        float[] after = parameters.Values.ToArray();
        // The first step is as long as the learning rate, whatever the gradient.
        for (int i = 0; i < Count; i++)
            Assert.Equal(before[i] * (1 - 0.01 * 0.1) - 0.01 * gradient[i] / (Math.Abs(gradient[i]) + 1e-8), after[i], 1e-6);
    }

    [Fact]
    public void Layer_norm_has_the_gradients_of_all_its_rows()
    {
        const int Rows = 9_001, Width = 5;
        float[] x = Draw(Rows * Width, 2), dy = Draw(Rows * Width, 3);
        double[] dgamma = new double[Width], dbeta = new double[Width];
        for (int row = 0; row < Rows; row++)
        {
            double[] own = [.. x.Skip(row * Width).Take(Width).Select(v => (double)v)];
            double mean = own.Average(), deviation = Math.Sqrt(own.Average(v => (v - mean) * (v - mean)) + 1e-5);
            for (int i = 0; i < Width; i++)
            {
                dgamma[i] += dy[row * Width + i] * (own[i] - mean) / deviation;
                dbeta[i] += dy[row * Width + i];
            }
        }
        (float[] dx, float[] ofGamma, float[] ofBeta) = Gradients(0, Rows);
        for (int i = 0; i < Width; i++)
        {
            Assert.Equal(dgamma[i], ofGamma[i], 2e-3);
            Assert.Equal(dbeta[i], ofBeta[i], 2e-3);
        }
        // A row's gradient does not depend on the rows around it.
        for (int start = 0; start < Rows; start += 1000)
        {
            int rows = Math.Min(1000, Rows - start);
            Assert.Equal(Gradients(start, rows).Dx, dx.AsSpan(start * Width, rows * Width).ToArray());
        }

        (float[] Dx, float[] Dgamma, float[] Dbeta) Gradients(int start, int rows)
        {
            using var step = new Step(Cpu);
            Tensor input = Tensor.From(Cpu, [rows, Width], x.AsSpan(start * Width, rows * Width)).RequireGradient();
            Tensor gamma = Tensor.Full(Cpu, [Width], 0.7f).RequireGradient(), beta = Tensor.Full(Cpu, [Width], 0f).RequireGradient();
            input.LayerNorm(gamma, beta).Backward(Tensor.From(Cpu, [rows, Width], dy.AsSpan(start * Width, rows * Width)));
            return (input.Gradient.ToArray(), gamma.Gradient.ToArray(), beta.Gradient.ToArray());
        }
    }
}
