using System.Runtime.Intrinsics.X86;

namespace NativeSsl.Tests.Engine;

public sealed class WidestTests
{
    // .NET calls 512-bit vectors slow on processors that lower their clock for them; products are faster with them there too.
    [Fact]
    public void The_widest_registers_are_those_of_the_processor() =>
        Assert.Equal(Avx512F.IsSupported ? SimdWidth.Bits512 : Fma.IsSupported ? SimdWidth.Bits256 : SimdWidth.Bits128, CpuBackend.Widest);
}
