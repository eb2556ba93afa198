using System.CommandLine;
using System.Globalization;
using NativeSsl.Kernels;

namespace NativeSsl.Cli;

/// <summary>The options that every command understands.</summary>
sealed class CommonOptions
{
    internal Option<string> Device { get; } = new("--device")
    {
        Description = "cpu, cuda[:i], opencl[:i] or simulator; see 'nativessl devices'", DefaultValueFactory = _ => "cpu", HelpName = "device", Recursive = true,
    };

    internal Option<MatMulPrecision> Precision { get; } = new("--matmul-precision")
    {
        Description = "Float32, or on tensor cores of a GPU TensorFloat32 or BFloat16: how exactly the factors of products are taken, and in BFloat16 the activations between them stored", HelpName = "format", Recursive = true,
    };

    internal Option<bool> Json { get; } = new("--json") { Description = "print the result as JSON on standard output, everything else on standard error", Recursive = true };

    internal Option<bool> DryRun { get; } = new("--dry-run") { Description = "say what would be done, with an estimate of memory and time, and stop", Recursive = true };

    internal Option<long?> Seed { get; } = new("--seed") { Description = "decides every random draw", HelpName = "number", Recursive = true };

    internal Option<int?> Threads { get; } = new("--threads") { Description = "threads on the CPU; all processors if not given. Results do not depend on it", HelpName = "number", Recursive = true };

    internal CommonOptions(RootCommand root)
    {
        AtLeast(Threads, 1);
        AtLeast(Seed, 0);
        foreach (Option option in new Option[] { Device, Precision, Json, DryRun, Seed, Threads }) root.Options.Add(option);
    }

    /// <summary>A number under the least is a mistake; what is no number at all has its own message.</summary>
    internal static void AtLeast(Option option, double least) => option.Validators.Add(result =>
    {
        if (result.Tokens.Count == 1 && double.TryParse(result.Tokens[0].Value, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && !(value >= least))
            result.AddError(Text.Invariant($"{option.Name} is {value}; at least {least} is needed."));
    });

    /// <summary>The device that was asked for; says what it is, and warns when registers are narrow.</summary>
    internal IBackend Open(ParseResult parsed, Terminal terminal)
    {
        IBackend backend = DeviceSelector.Open(parsed.GetValue(Device)!, parsed.GetValue(Threads));
        terminal.Note(backend is CpuBackend cpu ? $"device: cpu, {cpu.Workers.Threads} threads, {(int)cpu.Simd}-bit vectors" : $"device: {backend.Name}");
        MatMulPrecision precision = parsed.GetValue(Precision);
        if (backend is GpuBackend { HasTensorCores: true } gpu) gpu.MatMulPrecision = precision;
        else if (precision != MatMulPrecision.Float32) terminal.Warn($"{backend.Name} has no tensor cores: products are taken in Float32, not {precision}.");
        if (backend is CpuBackend { Simd: SimdWidth.Bits128 })
            terminal.Warn("only 128-bit vectors are in use: expect a quarter of the speed. Look whether DOTNET_EnableAVX or DOTNET_EnableHWIntrinsic is set to 0, or the processor lacks AVX2.");
        return backend;
    }
}
