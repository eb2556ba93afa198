namespace NativeSsl.Tests.Autograd;

public sealed class CheckpointingTests
{
    const int Blocks = 6, Width = 1 << 12;

    // Eight sigmoids in a row of a parameter's size, through a parameter that all blocks share, and one random stream each.
    static Tensor Block(Tensor x, Tensor weight)
    {
        Tensor y = Scaled(x, weight);
        for (int i = 0; i < 8; i++) y = y.Sigmoid();
        return y;
    }

    // y = x · w · r, with a random factor r of this call's own stream: what dropout does, in miniature.
    static Tensor Scaled(Tensor x, Tensor weight)
    {
        float factor = 0.5f + Philox.Uniform(Philox.Block(1, Step.Current!.NextStream(), 0).A);
        return Product(x, weight, factor);
    }

    static Tensor Product(Tensor x, Tensor weight, float factor)
    {
        float[] a = x.ToArray(), b = weight.ToArray();
        Tensor y = Tensor.From(x.Backend, x.Shape, [.. a.Zip(b, (p, q) => p * q * factor)]);
        return y.Record("product", [x, weight], dy => [Times(dy, b), Times(dy, a)]);

        Tensor Times(Tensor dy, float[] other) => Tensor.From(x.Backend, x.Shape, [.. dy.ToArray().Zip(other, (p, q) => p * q * factor)]);
    }

    static (float[] Weight, float[] Input, long Peak, float[] Output) Run(bool checkpoint, bool inputIsLeaf)
    {
        var cpu = new CpuBackend(1);
        Tensor weight = Tensor.From(cpu, [Width], [.. Enumerable.Range(0, Width).Select(i => MathF.Sin(i))]).RequireGradient();
        Tensor input = Tensor.From(cpu, [Width], [.. Enumerable.Range(0, Width).Select(i => MathF.Cos(i))]);
        if (inputIsLeaf) input.RequireGradient();
        using var step = new Step(cpu, training: true, number: 5);
        Tensor x = input;
        for (int i = 0; i < Blocks; i++) x = checkpoint ? x.Checkpoint(t => Block(t, weight)) : Block(x, weight);
        float[] output = x.ToArray();
        uint streams = step.Streams;
        x.Backward(Tensor.Full(cpu, [Width], 1f));
        Assert.Equal(streams, step.Streams);
        return (weight.Gradient.ToArray(), inputIsLeaf ? input.Gradient.ToArray() : [], cpu.PoolBytes, output);
    }

    [Theory, InlineData(true), InlineData(false)]
    public void Gradients_are_the_same_bits_and_memory_is_less(bool inputIsLeaf)
    {
        var plain = Run(checkpoint: false, inputIsLeaf);
        var thrifty = Run(checkpoint: true, inputIsLeaf);
        Assert.Equal(plain.Output, thrifty.Output);
        Assert.Equal(plain.Weight, thrifty.Weight);
        Assert.Equal(plain.Input, thrifty.Input);
        Assert.NotEqual(0f, plain.Weight[1]);
        Assert.True(thrifty.Peak < 0.55 * plain.Peak, $"{thrifty.Peak} bytes with checkpoints, {plain.Peak} without");
    }
}
