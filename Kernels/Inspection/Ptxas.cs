using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace NativeSsl.Kernels;

/// <summary>What NVIDIA's assembler says of a kernel.</summary>
/// <param name="Registers">Of a thread.</param>
/// <param name="SharedBytes">Of a group.</param>
/// <param name="StackBytes">Memory of a thread for what registers cannot hold, such as arrays that are indexed by what is known only at run time.</param>
/// <param name="SpillBytes">Written and read for want of registers.</param>
/// <param name="Code">Its instructions, in order.</param>
sealed partial record Ptxas(int Registers, int SharedBytes, int StackBytes, int SpillBytes, MachineCode Code)
{
    /// <summary>Where it is: what the variable NATIVESSL_PTXAS names, or the first on the path; null if there is none, or no <c>cuobjdump</c> beside it to read what it made.</summary>
    internal static string? Program { get; } = (Environment.GetEnvironmentVariable("NATIVESSL_PTXAS") is { Length: > 0 } named ? [named]
        : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(folder => Path.Combine(folder, "ptxas")))
        .FirstOrDefault(file => File.Exists(file) && File.Exists(ReaderBeside(file)));

    static string ReaderBeside(string assembler) => Path.Combine(Path.GetDirectoryName(assembler)!, "cuobjdump");

    /// <summary>Assembles a kernel for a GPU of compute capability 9.0.</summary>
    /// <exception cref="DeviceException">It refused; the message is its own.</exception>
    internal static Ptxas Assemble(string text)
    {
        string source = Path.GetTempFileName(), made = Path.GetTempFileName();
        try
        {
            File.WriteAllText(source, text);
            (int status, string said) = Run(Program!, text.Contains(".target sm_90a", StringComparison.Ordinal) ? "-arch=sm_90a" : "-arch=sm_90", "-v", source, "-o", made);
            if (status != 0) throw new DeviceException($"ptxas: {said.Trim()}");
            return new Ptxas(Sum(Used(), said), Sum(Shared(), said), Sum(Stack(), said), Sum(Spilled(), said),
                MachineCode.Parse(Run(ReaderBeside(Program!), "-sass", made).Said));
        }
        finally
        {
            File.Delete(source);
            File.Delete(made);
        }
    }

    static (int Status, string Said) Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string said = process.StandardOutput.ReadToEnd() + errors.GetAwaiter().GetResult();
        process.WaitForExit();
        return (process.ExitCode, said);
    }

    static int Sum(Regex number, string said) => number.Matches(said).Sum(match => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture));

    [GeneratedRegex(@"Used (\d+) registers")]
    private static partial Regex Used();
    [GeneratedRegex(@"(\d+) bytes smem")]
    private static partial Regex Shared();
    [GeneratedRegex(@"(\d+) bytes stack frame")]
    private static partial Regex Stack();
    [GeneratedRegex(@"(\d+) bytes spill")]
    private static partial Regex Spilled();
}
