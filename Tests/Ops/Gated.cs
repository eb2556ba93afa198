namespace NativeSsl.Tests.Ops;

public sealed class Gated
{
    internal static OpSpec[] Specs => [.. Enum.GetValues<Activation>().SelectMany(activation => (OpSpec[])[Of(activation, [3, 67]), Of(activation, [2, 5, 12])])];

    static OpSpec Of(Activation activation, Shape shape) => new($"gated, {activation}, {shape}", [shape, shape], x => x[0].Gated(x[1], activation),
        x => [.. x[0].Zip(x[1], (value, gate) => value * Linear.Apply(activation, gate))]) { Scale = 2 };

    [Fact]
    public void What_opens_its_own_gate_has_both_slopes()
    {
        Tensor x = Tensor.From(CpuBackend.Default, [2], 3f, -2f).RequireGradient();
        x.Gated(x, Activation.None).Sum().Backward();                          // x²
        Assert.Equal([6f, -4f], x.Gradient.ToArray());
    }

    [Fact]
    public void A_gate_of_another_shape_or_format_is_refused()
    {
        Tensor x = Tensor.Zeros(Devices.Simulator, [2, 3]);
        Assert.Contains("[3, 2]", Assert.Throws<ShapeException>(() => x.Gated(Tensor.Zeros(Devices.Simulator, [3, 2]), Activation.Silu)).Message, StringComparison.Ordinal);
        Assert.Contains("BFloat16", Assert.Throws<UnsupportedFormatException>(() => x.Gated(x.To(Format.BFloat16), Activation.Silu)).Message, StringComparison.Ordinal);
    }
}
