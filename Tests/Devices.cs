using NativeSsl.Kernels;

namespace NativeSsl.Tests;

/// <summary>The devices of this machine: the CPU on every register width, and the GPU simulator.</summary>
static class Devices
{
    public static CpuBackend[] Widths { get; } =
        [.. Enum.GetValues<SimdWidth>().Where(width => width <= CpuBackend.Widest).Select(width => new CpuBackend(2, width))];

    static readonly Lazy<GpuBackend> Gpu = new(GpuBackend.Simulator);

    public static IBackend Simulator => Gpu.Value;

    public static IEnumerable<IBackend> All => [.. Widths, Simulator];
}
