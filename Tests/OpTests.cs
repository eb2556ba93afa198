using System.Reflection;
using NativeSsl.Kernels;
using NativeSsl.Tests.Gpu;

namespace NativeSsl.Tests;

/// <summary>Every spec, found in the static <c>Specs</c> of the classes in Tests/Ops, on every device,
/// register width and number of threads.</summary>
public sealed class OpTests
{
    static readonly CpuBackend[] Widths =
        [.. RegisterWidths.Testable.Select(width => new CpuBackend(width, threads: 2))];
    static readonly CpuBackend[] Guarded = [.. Widths.Select(plain => new CpuBackend(plain.Simd, threads: 2) { GuardsMemory = true })];
    static readonly CpuBackend[] ThreadCounts = [new(1), new(2), new(5)];

    internal static Dictionary<string, OpSpec> ByName { get; } = typeof(OpTests).Assembly.GetTypes()
        .Select(type => type.GetProperty("Specs",
            BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public)?.GetValue(null) as OpSpec[])
        .OfType<OpSpec[]>().SelectMany(specs => specs).ToDictionary(spec => spec.Name);

    public static TheoryData<string> All => [.. ByName.Keys.Order()];

    [Theory, MemberData(nameof(All))]
    public void Cpu_on_every_register_width(string name)
    {
        foreach (CpuBackend backend in Widths) ByName[name].Check(backend);
    }

    [Theory, MemberData(nameof(All))]
    public void Gpu_simulator(string name) => ByName[name].Check(Devices.Simulator);

    [OpenClTheory, MemberData(nameof(All))]
    public void Gpu_opencl(string name) => ByName[name].Check(Devices.OpenCl);

    [Theory, MemberData(nameof(All))]
    public void Same_bits_at_any_number_of_threads(string name)
    {
        float[][] expected = ByName[name].Run(ThreadCounts[0]);
        foreach (CpuBackend backend in ThreadCounts)
            Assert.Equal(Bits(expected), Bits(ByName[name].Run(backend)));
    }

    [Theory, MemberData(nameof(All))]
    public void No_write_out_of_bounds_no_read_of_undefined_memory(string name)
    {
        foreach ((CpuBackend guarded, CpuBackend plain) in Guarded.Zip(Widths))
            Assert.Equal(Bits(ByName[name].Run(plain)), Bits(ByName[name].Run(guarded)));
    }

    static int[] Bits(float[][] values) => [.. values.SelectMany(v => v).Select(BitConverter.SingleToInt32Bits)];
}
