using System.CommandLine;
using NativeSsl.Cli.Training;

namespace NativeSsl.Cli.Commands;

/// <summary><c>nativessl resume</c>: goes on where a run was interrupted, bit for bit.</summary>
static class Resume
{
    internal static Command Create(CommonOptions options, Terminal terminal, Stop stop)
    {
        var run = new Option<string>("--run") { Description = "the directory of the run", HelpName = "directory", Required = true };
        Option<bool> stopWhenFailing = Pretrain.StopWhenFailing(), replay = Pretrain.Replay();
        var command = new Command("resume", "go on with an interrupted run, bit for bit as if it had never stopped") { run, stopWhenFailing, replay };
        command.SetAction(parsed =>
        {
            using RunDirectory directory = RunDirectory.Open(parsed.GetValue(run)!);
            using var device = new OpenDevice(options.Open(parsed, terminal));
            Run loaded = Run.Load(directory.Path, device.Backend, terminal);
            using Trainer trainer = loaded.NewTrainer(parsed.GetValue(stopWhenFailing), parsed.GetValue(replay));
            Checkpoint checkpoint = RunDirectory.Latest(directory.Path, damaged => terminal.Warn($"{damaged.Message} An older checkpoint is used."))
                ?? throw new MalformedFileException(directory.Path, "it has no checkpoint that can be read; begin the run again.");
            trainer.Load(checkpoint.Path);
            terminal.Note(Text.Invariant($"{directory.Path}: from step {trainer.StepsDone} of {directory.Recipe.Steps}"));
            return parsed.GetValue(options.DryRun) ? ExitCode.Done
                : TrainingLoop.Run(loaded, directory, trainer, parsed.GetValue(options.Json), terminal, stop);
        });
        return command;
    }
}
