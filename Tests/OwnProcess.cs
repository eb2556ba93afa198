using System.Diagnostics;

namespace NativeSsl.Tests;

/// <summary>What a test starts in a process of its own, to kill it, to read its console, or to measure it alone.</summary>
static class OwnProcess
{
    /// <summary>How to start the program that <paramref name="type"/> belongs to: this assembly (<see cref="Program"/>) or the command line.</summary>
    internal static ProcessStartInfo Of(Type type, params IEnumerable<string> arguments) =>
        new(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", [type.Assembly.Location, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

    /// <summary>Starts this assembly with the arguments and waits for its end, which must be a good one.</summary>
    /// <returns>What it wrote to its output.</returns>
    internal static string Output(params IEnumerable<string> arguments)
    {
        (int status, string output, string errors) = Run(Of(typeof(Program), arguments));
        Assert.True(status == 0, output + errors);
        return output;
    }

    /// <summary>Starts a process and waits for its end.</summary>
    internal static (int Status, string Output, string Errors) Run(ProcessStartInfo start)
    {
        using Process child = Process.Start(start)!;
        // both at once: a full pipe that nobody reads stops the child
        Task<string> errors = child.StandardError.ReadToEndAsync();
        string output = child.StandardOutput.ReadToEnd();
        child.WaitForExit();
        return (child.ExitCode, output, errors.GetAwaiter().GetResult());
    }
}
