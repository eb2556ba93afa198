using System.CommandLine;
using System.Text;
using NativeSsl.Cli.Pictures;
using NativeSsl.Cli.Training;

namespace NativeSsl.Cli.Commands;

/// <summary><c>nativessl evaluate</c>: what a run has learned, beside its controls.</summary>
static class Evaluate
{
    internal static Command Create(CommonOptions options, Terminal terminal)
    {
        var run = new Option<string>("--run") { Description = "the directory of the run", HelpName = "directory", Required = true };
        var data = new Option<string?>("--data") { Description = "other data than the run's own: a text, of which the last tenth is predicted, or images with labels", HelpName = "path" };
        var quick = new Option<bool>("--quick") { Description = "only what training prints at its end: of images, fewer draws of labels and no clusters" };
        var fineTune = new Option<bool>("--fine-tune") { Description = "train with 10 and 100 labels a class as well, from this encoder and from scratch: minutes" };
        var command = new Command("evaluate", "what a run has learned, beside its controls: a text model against counting, an image encoder against pixels and random weights") { run, data, quick, fineTune };
        command.SetAction(parsed =>
        {
            string directory = parsed.GetValue(run)!;
            using var device = new OpenDevice(options.Open(parsed, terminal));
            Run loaded = Run.Load(directory, device.Backend, terminal, parsed.GetValue(data));
            loaded.ReadWeights(directory);
            if (parsed.GetValue(options.DryRun))
            {
                terminal.Note(loaded.Evaluated);
                return ExitCode.Done;
            }
            Report report = loaded.Evaluate(directory, terminal, parsed.GetValue(fineTune) ? Depth.FineTuned : parsed.GetValue(quick) ? Depth.Quick : Depth.Full);
            string file = Path.Combine(directory, "evaluation");
            AtomicFile.Write(file + ".md", Encoding.UTF8.GetBytes(report.ToMarkdown()));
            AtomicFile.Write(file + ".json", Encoding.UTF8.GetBytes(report.ToJson().ToJsonString() + "\n"));
            loaded.Draw(directory);
            string diary = Path.Combine(directory, "metrics.jsonl");
            if (File.Exists(diary)) RunCurves.Save(Path.Combine(directory, "curves.svg"), MetricsLog.Read(diary));
            if (parsed.GetValue(options.Json)) terminal.Json(report.ToJson());
            else
            {
                report.Print(terminal);
                terminal.Out.WriteLine(report.Verdict);
            }
            terminal.Note($"report: {file}.md; pictures: *.svg beside it");
            return ExitCode.Done;
        });
        return command;
    }
}
