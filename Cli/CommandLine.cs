using System.CommandLine;
using System.CommandLine.Invocation;
using NativeSsl.Cli.Commands;

namespace NativeSsl.Cli;

/// <summary>The commands, and what becomes of their mistakes: one clear line and an exit code, never a stack trace for what the user can mend.</summary>
static class CommandLine
{
    internal static int Run(string[] args, Terminal terminal, Stop stop)
    {
        terminal.Stopping = stop.Token;
        var root = new RootCommand("Self-supervised learning in pure .NET.");
        CommonOptions options = new(root);
        Command[] commands =
        [
            Pretrain.Create(options, terminal, stop), Resume.Create(options, terminal, stop), Evaluate.Create(options, terminal), Embed.Create(options, terminal), Export.Create(options, terminal), Generate.Create(options, terminal, stop),
            Fill.Create(options, terminal), PairCommands.CreateRelated(options, terminal), PairCommands.CreateOrder(options, terminal),
            Rewrite.Create(options, terminal, stop), List.Create(options, terminal), Devices.Create(options, terminal), Data.Create(options, terminal, stop),
        ];
        foreach (Command command in commands) root.Subcommands.Add(command);

        ParseResult parsed = root.Parse(args);
        if (parsed.Action is ParseErrorAction mistakes) mistakes.ShowHelp = false;
        try
        {
            int code = parsed.Invoke(new InvocationConfiguration
            {
                Output = terminal.Out,
                Error = terminal.Error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,               // Stop sees to signals
            });
            return parsed.Errors.Count > 0 ? ExitCode.BadInput : code;
        }
        catch (DivergedException diverged)
        {
            terminal.Error.WriteLine($"nativessl: {diverged.Message}");
            return ExitCode.NotFinite;
        }
        catch (FailingRunException failing)
        {
            terminal.Error.WriteLine($"nativessl: {failing.Message}");
            return ExitCode.Failing;
        }
        catch (NativeSslException mistake)
        {
            terminal.Error.WriteLine($"nativessl: {mistake.Message}");
            return ExitCode.BadInput;
        }
        catch (OperationCanceledException) when (stop.Requested)
        {
            return stop.Code;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            terminal.Error.WriteLine($"nativessl: {failure.Message}");
            return ExitCode.BadInput;
        }
        catch (Exception failure)
        {
            terminal.Error.WriteLine($"nativessl: this is a defect, please report it.\n{failure}");
            return ExitCode.Unexpected;
        }
    }
}
