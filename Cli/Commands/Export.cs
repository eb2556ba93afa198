using System.CommandLine;
using System.Text.Json.Nodes;

namespace NativeSsl.Cli.Commands;

/// <summary><c>nativessl export</c>: what a run of text has learned, in the layout of Hugging Face's library.</summary>
static class Export
{
    internal static Command Create(CommonOptions options, Terminal terminal)
    {
        var run = new Option<string>("--run") { Description = "the directory of the run", HelpName = "directory", Required = true };
        var to = new Option<string>("--to") { Description = "the directory to write; it must not hold a model yet", HelpName = "directory", Required = true };
        var command = new Command("export", "write model and tokenizer of a run of text in Hugging Face's layout: BERT, RoBERTa, GPT-2 or T5") { run, to };
        command.SetAction(parsed =>
        {
            string directory = parsed.GetValue(to)!;
            HuggingFaceExport export = HuggingFaceExport.Of(parsed.GetValue(run)!);
            terminal.Note($"layout: {export.Layout}");
            if (parsed.GetValue(options.DryRun)) return ExitCode.Done;
            export.Save(directory);
            if (parsed.GetValue(options.Json)) terminal.Json(new JsonObject { ["directory"] = directory, ["layout"] = export.Layout });
            else terminal.Out.WriteLine(directory);
            return ExitCode.Done;
        });
        return command;
    }
}
