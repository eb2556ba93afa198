using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using NativeSsl.Kernels;

namespace NativeSsl.Cli.Commands;

/// <summary><c>nativessl devices</c>: what this machine can compute on.</summary>
static class Devices
{
    internal static Command Create(CommonOptions options, Terminal terminal)
    {
        var command = new Command("devices", "list what this machine can compute on, and why something cannot be used");
        command.SetAction(parsed =>
        {
            GpuDevice[] devices = [Cpu(), .. GpuBackend.Devices()];
            if (parsed.GetValue(options.Json)) terminal.Json(new JsonArray([.. devices.Select(Describe)]));
            else terminal.Table(["device", "name", "memory", "capability", "usable"], devices.Select(device => new[]
            {
                device.Selector, device.Name, device.MemoryBytes > 0 ? Text.Bytes(device.MemoryBytes) : "", device.Capability, device.Refused is null ? "yes" : $"no: {device.Refused}",
            }));
            return ExitCode.Done;
        });
        return command;
    }

    static GpuDevice Cpu() => new("cpu", string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessorCount} processors"),
        GC.GetGCMemoryInfo().TotalAvailableMemoryBytes, string.Create(CultureInfo.InvariantCulture, $"{(int)CpuBackend.Widest}-bit vectors"), null);

    static JsonObject Describe(GpuDevice device) => new JsonObject
    {
        ["device"] = device.Selector, ["name"] = device.Name, ["memoryBytes"] = device.MemoryBytes, ["capability"] = device.Capability, ["refused"] = device.Refused,
    };
}
