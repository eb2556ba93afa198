namespace NativeSsl.Tests.Ops;

public sealed class Dropout
{
    // The spec runs outside training, where dropout is the identity; inside, the facts below hold it against its definition.
    internal static OpSpec[] Specs => [new("dropout outside training", [[3, 7]], x => x[0].Dropout(0.5f) * 1f, x => x[0])];

    static (float[] Value, float[] Gradient) InTraining(IBackend backend, float[] x, float rate, ulong seed, ulong number)
    {
        using var step = new Step(backend, training: true, seed, number);
        Tensor leaf = Tensor.From(backend, [x.Length], x).RequireGradient(), y = leaf.Dropout(rate);
        float[] value = y.ToArray();
        y.Sum().Backward();
        return (value, leaf.Gradient.ToArray());
    }

    [Fact]
    public void Keeps_its_share_scales_it_and_draws_the_same_mask_on_the_way_back()
    {
        float[] x = [.. Enumerable.Range(0, 50_003).Select(i => i + 1f)];
        (float[] value, float[] gradient) = InTraining(Devices.Widths[0], x, 0.3f, seed: 1, number: 2);
        int kept = 0;
        for (int i = 0; i < x.Length; i++)
        {
            float factor = gradient[i];
            Assert.True(factor == 0f || factor == 1f / (1f - 0.3f), $"factor {factor} at {i}");
            Assert.Equal(x[i] * factor, value[i]);
            if (factor != 0f) kept++;
        }
        Assert.InRange(kept / (double)x.Length, 0.69, 0.71);                    // five standard deviations
    }

    [Fact]
    public void The_mask_depends_on_seed_and_step_but_not_on_device_or_threads()
    {
        float[] x = [.. Enumerable.Repeat(1f, 401)];
        float[] mask = InTraining(new CpuBackend(1), x, 0.5f, seed: 1, number: 2).Value;
        foreach (IBackend backend in (IBackend[])[new CpuBackend(5), .. Devices.All])
            Assert.Equal(mask, InTraining(backend, x, 0.5f, 1, 2).Value);
        Assert.NotEqual(mask, InTraining(new CpuBackend(1), x, 0.5f, seed: 2, number: 2).Value);
        Assert.NotEqual(mask, InTraining(new CpuBackend(1), x, 0.5f, seed: 1, number: 3).Value);
    }

    [Fact]
    public void Two_dropouts_of_one_step_differ()
    {
        using var step = new Step(CpuBackend.Default, training: true);
        Tensor ones = Tensor.Full(CpuBackend.Default, [400], 1f);
        Assert.NotEqual(ones.Dropout(0.5f).ToArray(), ones.Dropout(0.5f).ToArray());
    }

    [Fact]
    public void Rate_nought_and_evaluation_return_the_tensor_itself()
    {
        Tensor x = Tensor.Full(CpuBackend.Default, [4], 1f);
        Assert.Same(x, x.Dropout(0.5f));
        using (var step = new Step(CpuBackend.Default)) Assert.Same(x, x.Dropout(0.5f));
        using (var step = new Step(CpuBackend.Default, training: true)) Assert.Same(x, x.Dropout(0f));
    }

    [Theory, InlineData(1f), InlineData(-0.1f), InlineData(float.NaN)]
    public void Other_rates_are_errors(float rate) =>
        Assert.Contains("Dropout",
            Assert.Throws<NativeSslException>(() => Tensor.Zeros(CpuBackend.Default, [1]).Dropout(rate)).Message, StringComparison.Ordinal);
}
