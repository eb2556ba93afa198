using System.CommandLine;
using NativeSsl.Cli.Training;

namespace NativeSsl.Cli.Commands;

/// <summary><c>nativessl pretrain</c>: a new run.</summary>
static class Pretrain
{
    internal static Command Create(CommonOptions options, Terminal terminal, Stop stop)
    {
        var recipe = new Option<string>("--recipe") { Description = $"{string.Join(", ", RecipeShelf.Names)}, or a file", HelpName = "recipe", DefaultValueFactory = _ => "built-in" };
        var data = new Option<string?>("--data") { Description = "text: a file or a folder of .txt files, for text-to-text a file of pairs; images: a folder with a data set; what is inside this program if not given", HelpName = "path" };
        var run = new Option<string?>("--run") { Description = "the directory of the run; a new one under runs/ if not given", HelpName = "directory" };
        var from = new Option<string?>("--from") { Description = "the run that a run of simcse or of text-to-text begins with", HelpName = "directory" };
        var steps = new Option<int?>("--steps") { Description = "optimizer steps, instead of the recipe's", HelpName = "number" };
        Option<bool> stopWhenFailing = StopWhenFailing(), replay = Replay();
        CommonOptions.AtLeast(steps, 1);
        var command = new Command("pretrain", "train a model on unlabelled text or images") { recipe, data, run, from, steps, stopWhenFailing, replay };
        command.SetAction(parsed =>
        {
            string name = parsed.GetValue(recipe)!;
            Recipe chosen = RecipeShelf.Find(name);
            if (parsed.GetValue(data) is { } path) chosen = chosen with { Data = path == TextCorpus.BuiltInName ? path : Path.GetFullPath(path) };
            if (parsed.GetValue(options.Seed) is { } seed) chosen = chosen with { Seed = seed };
            if (parsed.GetValue(steps) is { } count) chosen = chosen with { Steps = count, WarmUp = Math.Min(chosen.WarmUp, count / 10) };
            if (parsed.GetValue(from) is { } source)
                chosen = chosen switch
                {
                    SimCseRecipe begins => SimCseRun.Beginning(begins, source),
                    TextToTextRecipe begins => TextToTextRun.Beginning(begins, source),
                    _ => throw new NativeSslException($"--from: {name} begins with weights of its own; only simcse needs a run, and text-to-text may begin with one."),
                };
            chosen.Check();

            using var device = new OpenDevice(options.Open(parsed, terminal));
            Run begun = Run.New(chosen, device.Backend, terminal);
            terminal.Note($"{name}: {begun.About}");
            if (parsed.GetValue(options.DryRun))
            {
                Estimate estimate = begun.Estimate();
                if (parsed.GetValue(options.Json)) terminal.Json(estimate.ToJson());
                else estimate.Print(terminal);
                return ExitCode.Done;
            }
            string folder = parsed.GetValue(run) ?? Path.Combine("runs", Text.Invariant($"{Path.GetFileNameWithoutExtension(name)}-{DateTime.Now:yyyyMMdd-HHmmss}"));
            using RunDirectory directory = RunDirectory.Create(folder, chosen);
            begun.Prepare(directory);
            using Trainer trainer = begun.NewTrainer(parsed.GetValue(stopWhenFailing), parsed.GetValue(replay));
            return TrainingLoop.Run(begun, directory, trainer, parsed.GetValue(options.Json), terminal, stop);
        });
        return command;
    }

    internal static Option<bool> StopWhenFailing() =>
        new("--stop-when-failing") { Description = "save and stop, with exit code 4, as soon as a warning says that the run does not learn" };

    internal static Option<bool> Replay() =>
        new("--replay") { Description = "on a GPU, record a step and do it again at later ones, without the host; the result is the same" };
}
