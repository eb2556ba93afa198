using System.Diagnostics;

namespace NativeSsl.Bench.Measure;

/// <summary>This program, started again.</summary>
static class Self
{
    /// <summary>Runs a command to its end, its output going where ours goes.</summary>
    public static int Run(string[] arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        using Process process = Process.Start(Describe(arguments, environment))!;
        process.WaitForExit();
        return process.ExitCode;
    }

    /// <summary>Runs a command and returns what it printed.</summary>
    /// <exception cref="InvalidOperationException">It failed.</exception>
    public static string Capture(string[] arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        ProcessStartInfo description = Describe(arguments, environment);
        description.RedirectStandardOutput = true;
        using Process process = Process.Start(description)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{string.Join(' ', arguments)} ended with {process.ExitCode}:\n{output}");
    }

    public static ProcessStartInfo Describe(string[] arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var description = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "NativeSsl.Bench.exe" : "NativeSsl.Bench"), arguments);
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) description.Environment[name] = value;
        return description;
    }
}
