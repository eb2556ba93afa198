using NativeSsl.Kernels;

namespace NativeSsl.Tests;

/// <summary>The devices of this machine: the CPU on every register width, and the GPU simulator.</summary>
static class Devices
{
    public static CpuBackend[] Widths { get; } =
        [.. RegisterWidths.Testable.Select(width => new CpuBackend(width, threads: 2))];

    static readonly Lazy<GpuBackend> Gpu = new(GpuBackend.Simulator);

    public static IBackend Simulator => Gpu.Value;

    public static IEnumerable<IBackend> All => [.. Widths, Simulator];
}
