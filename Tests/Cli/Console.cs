using System.Text.Json;
using NativeSsl.Cli;

namespace NativeSsl.Tests.Cli;

/// <summary>Runs the command line in this process, and catches what it prints.</summary>
sealed class Console(string input = "") : IDisposable
{
    /// <summary>A terminal that nobody looks at.</summary>
    internal static Terminal Silent { get; } = new(TextWriter.Null, TextWriter.Null, isInteractive: false);

    readonly StringWriter _out = new(), _error = new();

    internal string Out => _out.ToString();
    internal string Error => _error.ToString();
    internal string[] ErrorLines => Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public void Dispose()
    {
        _out.Dispose();
        _error.Dispose();
    }

    internal int Run(params string[] args)
    {
        using var stop = new Stop();
        return Run(stop, args);
    }

    internal int Run(Stop stop, params string[] args)
    {
        using var reader = new StringReader(input);
        return CommandLine.Run(args, new Terminal(_out, _error, isInteractive: false, reader), stop);
    }

    /// <summary>What a command that succeeds prints.</summary>
    internal static string Ok(params string[] args) => Piped("", args);

    /// <summary>The same, with something on standard input.</summary>
    internal static string Piped(string input, params string[] args)
    {
        using var console = new Console(input);
        int code = console.Run(args);
        Assert.True(code == 0, $"exit code {code}: {console.Error}");
        return console.Out;
    }

    /// <summary>A command that cannot be carried out says why in its last line.</summary>
    internal static void Refused(string said, params string[] args)
    {
        using var console = new Console();
        Assert.Equal(2, console.Run(args));
        Assert.StartsWith("nativessl: ", console.ErrorLines[^1], StringComparison.Ordinal);
        Assert.Contains(said, console.ErrorLines[^1], StringComparison.Ordinal);
    }

    /// <summary>A number of a report.</summary>
    internal static double Number(JsonElement result, string row, string name) => result.GetProperty(row).GetProperty(name).GetDouble();

    /// <summary>The latest checkpoint of a run.</summary>
    internal static byte[] Weights(string run) => File.ReadAllBytes(RunDirectory.Latest(run)!.Path);
}
