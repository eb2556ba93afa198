namespace NativeSsl.Tests.Ops;

public sealed class Convert
{
    // Eight bits of fraction, the first unwritten: an error of at most 2⁻⁹. The gradient passes as if nothing were rounded.
    internal static OpSpec[] Specs =>
        [new("to BFloat16 and back", [[3, 35]], x => x[0].To(Format.BFloat16).To(Format.Float32), x => x[0]) { Tolerance = 1.0 / 512 }];

    static float Bits(uint bits) => BitConverter.UInt32BitsToSingle(bits);

    [Fact]
    public void Rounds_to_nearest_ties_to_even_and_keeps_infinities_and_nan()
    {
        (uint From, uint To)[] cases =
        [
            (0x3F800000, 0x3F800000), (0x3F808000, 0x3F800000), (0x3F808001, 0x3F810000),
            (0x3F818000, 0x3F820000), (0x3F817FFF, 0x3F810000),
            (0xBF818000, 0xBF820000), (0x80000000, 0x80000000), (0x00000001, 0x00000000), (0x00018000, 0x00020000),
            (0x7F7FFFFF, 0x7F800000), (0x7F800000, 0x7F800000), (0xFF800000, 0xFF800000),
            (0x7F800001, 0x7FC00000), (0xFFFFFFFF, 0xFFFF0000), (0x7FA00000, 0x7FE00000),
            (0x3F80FFFF, 0x3F810000), (0x3F7FFFFF, 0x3F800000),
        ];
        foreach (IBackend backend in Devices.All)
            // seventeen, then thirty-four: in registers, and in what is left over
            for (int repeat = 1; repeat <= 2; repeat++)
            {
                float[] from = [.. Enumerable.Repeat(cases, repeat).SelectMany(all => all).Select(pair => Bits(pair.From))];
                uint[] to = [.. Enumerable.Repeat(cases, repeat).SelectMany(all => all).Select(pair => pair.To)];
                float[] actual = Tensor.From(backend, [from.Length], from).To(Format.BFloat16).To(Format.Float32).ToArray();
                Assert.Equal(to, actual.Select(BitConverter.SingleToUInt32Bits));
            }
    }

    [Fact]
    public void Every_BFloat16_survives_the_way_there_and_back()
    {
        float[] all = [.. Enumerable.Range(0, 65536).Select(bits => Bits((uint)bits << 16)).Where(value => !float.IsNaN(value))];
        foreach (CpuBackend backend in Devices.Widths)
            Assert.Equal(all, Tensor.From(backend, [all.Length], all).To(Format.BFloat16).To(Format.Float32).ToArray());
    }

    [Fact]
    public void The_gradient_passes_and_is_Float32()
    {
        Tensor x = Tensor.From(CpuBackend.Default, [2], 1f, 2f).RequireGradient();
        Tensor half = x.To(Format.BFloat16);
        Assert.Equal(Format.BFloat16, half.Format);
        (half.To(Format.Float32) * 3f).Sum().Backward();
        Assert.Equal(Format.Float32, x.Gradient.Format);
        Assert.Equal([3f, 3f], x.Gradient.ToArray());
        Assert.Same(x, x.To(Format.Float32));
        Assert.Throws<UnsupportedFormatException>(() => x.To(Format.Int32));
    }

    public static TheoryData<string, Func<Tensor, Tensor>> Ops => new()
    {
        { "negate", x => x.Negate() }, { "add", x => x + x }, { "sum", x => x.Sum() }, { "max", x => x.Max() },
        { "permute", x => x.Permute(1, 0) },
        { "slice", x => x.Slice(0, 0, 1) }, { "gather", x => x.Gather(Indices.From(x.Backend, [1], 0)) }, { "softmax", x => x.Softmax() },
        { "broadcast", x => x.BroadcastTo([2, 2, 3]) }, { "concat", x => Tensor.Concat([x, x], 0) },
    };

    [Theory, MemberData(nameof(Ops))]
    public void An_op_that_does_not_take_BFloat16_refuses_it(string name, Func<Tensor, Tensor> apply)
    {
        foreach (IBackend backend in Devices.All)
        {
            Tensor half = Tensor.Zeros(backend, [2, 3]).To(Format.BFloat16);
            Assert.True(Record.Exception(() => apply(half)) is UnsupportedFormatException, $"{name} on {backend.Name}");
        }
    }
}
