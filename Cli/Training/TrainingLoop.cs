using System.Text.Json.Nodes;

namespace NativeSsl.Cli.Training;

/// <summary>From the first step, or a later one, to the result.</summary>
static class TrainingLoop
{
    internal static int Run(Run run, RunDirectory directory, Trainer trainer, bool json, Terminal terminal, Stop stop)
    {
        terminal.Note($"run: {directory.Path}");
        var display = new TrainingDisplay(terminal, run.Recipe.Steps, run.Objective);
        bool complete = display.Show(() => trainer.Run(directory, display, stop.Token));
        if (trainer.Replays is { } replays) terminal.Note($"steps: {replays}");
        if (!complete)
        {
            terminal.Note(Text.Invariant($"stopped after step {trainer.StepsDone} of {run.Recipe.Steps}; saved. Go on with: nativessl resume --run {directory.Path}"));
            return stop.Code;
        }
        Report report = run.Evaluate(directory.Path, terminal, Depth.Quick);
        if (json) terminal.Json(new JsonObject { ["run"] = directory.Path, ["steps"] = trainer.StepsDone, ["result"] = report.ToJson() });
        else
        {
            terminal.Out.WriteLine(report.Heading);
            report.Print(terminal);
            terminal.Out.WriteLine(report.Verdict);
            terminal.Out.WriteLine(run.Next(directory.Path));
        }
        return ExitCode.Done;
    }
}
