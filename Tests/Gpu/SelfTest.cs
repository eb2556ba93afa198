using System.Diagnostics;
using NativeSsl.Kernels;

namespace NativeSsl.Tests.Gpu;

/// <summary>Every spec on one device, without a test runner: for a machine that has a GPU but neither an SDK nor a network.</summary>
static class SelfTest
{
    /// <summary>Prints a line for each spec that fails, and how many passed; 1 if any failed.</summary>
    public static int Run(string selector)
    {
        foreach (GpuDevice device in GpuBackend.Devices()) Console.WriteLine($"{device.Selector}: {device.Name}, {device.Capability}{(device.Refused is { } why ? $", refused: {why}" : "")}");
        using GpuBackend gpu = Open(selector);
        Console.WriteLine($"checking {gpu.Name}");
        long start = Stopwatch.GetTimestamp();
        int passed = 0, failed = 0;
        foreach ((string name, OpSpec spec) in OpTests.ByName.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            try
            {
                spec.Check(gpu);
                passed++;
            }
            catch (Exception failure) when (failure is NativeSslException or Xunit.Sdk.XunitException)
            {
                failed++;
                Console.WriteLine($"FAILED {name}: {failure.Message}");
            }
        }
        Console.WriteLine($"{gpu.Name}: {passed} specs passed, {failed} failed, {Stopwatch.GetElapsedTime(start).TotalSeconds:F1} s");
        return failed == 0 ? 0 : 1;
    }

    static GpuBackend Open(string selector) => selector switch
    {
        "cuda" => GpuBackend.Cuda(),
        "opencl" => GpuBackend.OpenCl(),
        "simulator" => GpuBackend.Simulator(),
        _ => throw new ArgumentException($"{selector}: cuda, opencl or simulator."),
    };
}
