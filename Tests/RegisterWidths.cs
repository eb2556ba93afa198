using System.Runtime.Intrinsics.X86;

namespace NativeSsl.Tests;

/// <summary>The register widths whose code runs here: those the machine has, and AVX-512 where AVX2 can stand in for it.</summary>
static class RegisterWidths
{
    public static SimdWidth[] Testable { get; } =
        [.. Enum.GetValues<SimdWidth>().Where(width => width <= (Fma.IsSupported ? SimdWidth.Bits512 : CpuBackend.Widest))];

    /// <summary>Does what belongs to that width.</summary>
    public static void On(SimdWidth width, Action wide128, Action wide256, Action wide512) =>
        (width switch { SimdWidth.Bits128 => wide128, SimdWidth.Bits256 => wide256, _ => wide512 })();
}
