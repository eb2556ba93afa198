namespace NativeSsl.Tests.Ops;

public sealed class Copy
{
    // The gradient of something used thrice is copied once and added to twice.
    internal static OpSpec[] Specs =>
    [
        new("a result used three times", [[3, 67]], x => { Tensor y = x[0] * 2f; return y + y.Square() + y.Negate() * y; },
            x => [.. x[0].Select(v => 2 * v)]),
    ];

    [Fact]
    public void A_tensor_moves_to_another_device_and_its_gradient_comes_back()
    {
        Tensor x = Tensor.From(CpuBackend.Default, [2, 2], 1f, 2f, 3f, 4f).RequireGradient(), there = x.To(Devices.Simulator);
        Assert.Same(Devices.Simulator, there.Backend);
        (there * there).To(CpuBackend.Default).Sum().Backward();
        Assert.Equal([2f, 4f, 6f, 8f], x.Gradient.ToArray());
        Assert.Same(x, x.To(CpuBackend.Default));
        Tensor half = x.To(Format.BFloat16).To(Devices.Simulator);
        Assert.Equal(Format.BFloat16, half.Format);
        Assert.Equal(x.ToArray(), half.To(Format.Float32).ToArray());
    }

    [Fact]
    public void Two_devices_in_one_op_are_an_error_that_names_the_cure()
    {
        Tensor here = Tensor.Zeros(CpuBackend.Default, [2]), there = Tensor.Zeros(Devices.Simulator, [2]);
        Assert.Contains("To(backend)", Assert.Throws<DeviceException>(() => here + there).Message, StringComparison.Ordinal);
        Assert.Contains("To(backend)",
            Assert.Throws<DeviceException>(() => Tensor.Concat([here, there], 0)).Message, StringComparison.Ordinal);
    }
}
