namespace NativeSsl.Cli;

/// <summary>What the process says when it ends.</summary>
static class ExitCode
{
    internal const int Done = 0, Unexpected = 1, BadInput = 2, NotFinite = 3, Failing = 4, Interrupted = 130, Terminated = 143;
}
