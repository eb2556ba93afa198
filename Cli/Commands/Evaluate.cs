using System.CommandLine;
using System.Text;
using NativeSsl.Cli.Training;

namespace NativeSsl.Cli.Commands;

/// <summary><c>nativessl evaluate</c>: how well a model predicts, beside its controls.</summary>
static class Evaluate
{
    internal static Command Create(CommonOptions options, Terminal terminal)
    {
        var run = new Option<string>("--run") { Description = "the directory of the run", HelpName = "directory", Required = true };
        var data = new Option<string?>("--data") { Description = "another text than the run's own; its last tenth is predicted", HelpName = "path" };
        var command = new Command("evaluate", "validation loss, perplexity and bits per character, beside unigram and bigram counts and the untrained model") { run, data };
        command.SetAction(parsed =>
        {
            string directory = parsed.GetValue(run)!;
            using var device = new OpenDevice(options.Open(parsed, terminal));
            TextRun text = TextRun.Load(directory, device.Backend, parsed.GetValue(data));
            text.ReadWeights(directory);
            if (parsed.GetValue(options.DryRun))
            {
                terminal.Note(Text.Invariant($"{text.Validation.Length} tokens of {text.Corpus.Name} would be predicted."));
                return ExitCode.Done;
            }
            Controls controls = Controls.Of(text, text.ValidationLoss(text.Model));
            string report = Path.Combine(directory, "evaluation");
            AtomicFile.Write(report + ".md", Encoding.UTF8.GetBytes(controls.ToMarkdown(text)));
            AtomicFile.Write(report + ".json", Encoding.UTF8.GetBytes(controls.ToJson().ToJsonString() + "\n"));
            if (parsed.GetValue(options.Json)) terminal.Json(controls.ToJson());
            else
            {
                controls.Print(terminal);
                terminal.Out.WriteLine(controls.Verdict);
            }
            terminal.Note($"report: {report}.md");
            return ExitCode.Done;
        });
        return command;
    }
}
