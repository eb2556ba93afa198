using System.Globalization;
using NativeSsl.Kernels;

namespace NativeSsl.Cli;

/// <summary>From <c>cuda:1</c> to a backend.</summary>
static class DeviceSelector
{
    /// <exception cref="DeviceException">The name is unknown, or there is no such device.</exception>
    internal static IBackend Open(string selector, int? threads)
    {
        string[] parts = selector.Split(':');
        int index = 0;
        if (parts.Length > 2 || (parts.Length == 2 && !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out index))) throw Unknown(selector);
        return (parts[0], parts.Length) switch
        {
            ("cpu", 1) => threads is null ? CpuBackend.Default : new CpuBackend(threads),
            ("cuda", _) => GpuBackend.Cuda(index),
            ("opencl", _) => GpuBackend.OpenCl(index),
            ("simulator", 1) => GpuBackend.Simulator(),
            _ => throw Unknown(selector),
        };
    }

    static DeviceException Unknown(string selector) =>
        new($"--device {selector}: not a device. Use cpu, cuda, cuda:1, opencl, opencl:1 or simulator; 'nativessl devices' lists what this machine has.");
}
