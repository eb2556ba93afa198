using NativeSsl.Kernels;

namespace NativeSsl.Tests.Gpu;

/// <summary>A theory for an OpenCL device; without one it skips and says what is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class OpenClTheoryAttribute : TheoryAttribute
{
    static readonly Lazy<string?> Missing =
        new(() => GpuBackend.Devices().First(device => device.Selector.StartsWith("opencl", StringComparison.Ordinal)).Refused);

    public OpenClTheoryAttribute() => Skip = Missing.Value;
}
