using System.Text.Json.Nodes;

namespace NativeSsl.Cli.Training;

/// <summary>From the first step, or a later one, to the result.</summary>
static class TrainingLoop
{
    internal static int Run(TextRun text, RunDirectory directory, Trainer trainer, bool json, Terminal terminal, Stop stop)
    {
        terminal.Note($"run: {directory.Path}");
        var display = new TrainingDisplay(terminal, text.Recipe.Steps, text.Objective.ChanceLoss);
        if (!display.Show(() => trainer.Run(directory, display, stop.Token)))
        {
            terminal.Note(Text.Invariant($"stopped after step {trainer.StepsDone} of {text.Recipe.Steps}; saved. Go on with: nativessl resume --run {directory.Path}"));
            return stop.Code;
        }
        Controls controls = Controls.Of(text, trainer.ValidationLoss ?? text.ValidationLoss(text.Model));
        if (json) terminal.Json(new JsonObject { ["run"] = directory.Path, ["steps"] = trainer.StepsDone, ["result"] = controls.ToJson() });
        else
        {
            terminal.Out.WriteLine("How well the next token of text that was kept apart is predicted (lower is better), beside counting and the model before training:");
            controls.Print(terminal);
            terminal.Out.WriteLine(controls.Verdict);
            terminal.Out.WriteLine($"Try it: nativessl generate --run {directory.Path}");
        }
        return ExitCode.Done;
    }
}
