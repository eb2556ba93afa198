namespace NativeSsl.Tests.Autograd;

/// <summary>What is given back early and made again going back changes nothing but the memory in use.</summary>
public sealed class ForgettingTests
{
    readonly CpuBackend _cpu = new(2);

    Tensor Draw(ulong stream, params int[] shape)
    {
        var random = new RandomSource(3, stream);
        Shape lengths = shape;
        return Tensor.From(_cpu, lengths, [.. Enumerable.Range(0, (int)lengths.Count).Select(_ => random.NextNormal())]);
    }

    // Two layers with 256 · 4096 activations in between, 4 MiB.
    (float[][] Gradients, long InUse) Run(Activation activation, bool forget)
    {
        Tensor x = Draw(1, 256, 8).RequireGradient(), first = Draw(2, 4096, 8).RequireGradient(), second = Draw(3, 5, 4096).RequireGradient();
        using var step = new Step(_cpu);
        Tensor hidden = x.Linear(first, activation: activation), y = hidden.Linear(second);
        if (forget) hidden.Forget();
        long inUse = _cpu.PoolBytesInUse;
        y.Square().Mean().Backward();
        return ([x.Gradient.ToArray(), first.Gradient.ToArray(), second.Gradient.ToArray()], inUse);
    }

    [Theory, InlineData(Activation.Gelu), InlineData(Activation.GeluErf), InlineData(Activation.Silu)]
    public void Gradients_have_the_same_bits_and_less_memory_is_in_use(Activation activation)
    {
        (float[][] expected, long whole) = Run(activation, forget: false);
        (float[][] actual, long rest) = Run(activation, forget: true);
        Assert.Equal(expected, actual);
        Assert.True(rest <= whole - 256 * 4096 * 4, $"{whole} bytes in use, {rest} after forgetting");
    }

    // Convolution, norm, norm, convolution: the second norm is made of the first, so both have to be made again. 16 · 64 · 64 · 16 numbers, 4 MiB.
    (float[][] Gradients, long InUse) RunNorms(bool training, bool forget)
    {
        Tensor x = Draw(1, 16, 64, 64, 16), first = Draw(2, 16, 1, 1, 16).RequireGradient(), second = Draw(3, 4, 1, 1, 16).RequireGradient();
        Tensor gamma = Draw(4, 16).RequireGradient(), mean = Draw(5, 16), variance = Draw(6, 16).Square();
        using var step = new Step(_cpu, training);
        Tensor once = x.Conv2d(first).BatchNorm(gamma, null, mean, variance, activation: Activation.Relu);
        Tensor twice = once.BatchNorm(null, null, mean, variance), y = twice.Conv2d(second);
        if (forget)
        {
            once.Forget();
            twice.Forget();
        }
        long inUse = _cpu.PoolBytesInUse;
        y.Square().Mean().Backward();
        return ([first.Gradient.ToArray(), second.Gradient.ToArray(), gamma.Gradient.ToArray(), mean.ToArray(), variance.ToArray()], inUse);
    }

    [Theory, InlineData(true), InlineData(false)]
    public void Norms_are_made_again_one_after_the_other(bool training)
    {
        (float[][] expected, long whole) = RunNorms(training, forget: false);
        (float[][] actual, long rest) = RunNorms(training, forget: true);
        Assert.Equal(expected, actual);
        Assert.True(rest <= whole - 2 * (4 << 20), $"{whole} bytes in use, {rest} after forgetting");
    }

    [Theory, InlineData(Activation.Relu), InlineData(Activation.None)]
    public void What_cannot_be_made_again_stays(Activation activation) =>
        Assert.Equal(Run(activation, forget: false).InUse, Run(activation, forget: true).InUse);

    [Fact]
    public void What_somebody_else_looks_at_stays()
    {
        using var step = new Step(_cpu);
        Tensor x = Draw(1, 256, 8), weight = Draw(2, 4096, 8).RequireGradient(), y = x.Linear(weight, activation: Activation.Gelu);
        Tensor outside = y.StopGradient();
        y.Forget();
        Assert.Equal(256 * 4096, outside.ToArray().Length);
    }

    [Fact]
    public void Small_results_and_results_without_gradient_stay()
    {
        using var step = new Step(_cpu);
        Tensor weight = Draw(2, 4096, 8).RequireGradient(), small = Draw(1, 2, 8).Linear(weight, activation: Activation.Gelu);
        small.Forget();
        Assert.Equal(2 * 4096, small.ToArray().Length);
        using (Tape.NoGradient())
        {
            Tensor free = Draw(1, 256, 8).Linear(weight, activation: Activation.Gelu);
            free.Forget();
            Assert.Equal(256 * 4096, free.ToArray().Length);
        }
    }
}
