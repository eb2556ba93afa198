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
}
