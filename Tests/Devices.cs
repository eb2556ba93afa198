using NativeSsl.Kernels;

namespace NativeSsl.Tests;

/// <summary>The devices of this machine: the CPU on every register width, and the GPU simulator.</summary>
static class Devices
{
    public static CpuBackend[] Widths { get; } =
        [.. RegisterWidths.Testable.Select(width => new CpuBackend(width, threads: 2))];

    static readonly Lazy<GpuBackend> Gpu = new(() => GpuBackend.Simulator());

    static readonly Lazy<GpuBackend> Cl = new(() => GpuBackend.OpenCl());

    public static GpuBackend Simulator => Gpu.Value;

    /// <summary>For tests that skip where there is none.</summary>
    public static GpuBackend OpenCl => Cl.Value;

    public static IEnumerable<IBackend> All => [.. Widths, Simulator];
}
