using System.Diagnostics;
using System.Security.Cryptography;
using NativeSsl.Bench.Measure;

namespace NativeSsl.Bench.Commands;

/// <summary>Kills <c>nativessl</c> at random moments, and lets it resume each time. What comes out must be what an undisturbed run brings, byte for byte.</summary>
static class Interruption
{
    static readonly TextRecipe Small = new()
    {
        Layers = 2, Heads = 2, Width = 32, Context = 32, Batch = 8, Steps = 4000, WarmUp = 20, EvaluationInterval = 200, CheckpointInterval = 20, Seed = 3,
    };

    public static void Run(Report report, int kills)
    {
        string folder = Directory.CreateTempSubdirectory("nativessl-soak").FullName, program = Publish();
        string recipe = Path.Combine(folder, "recipe.json"), undisturbed = Path.Combine(folder, "undisturbed");
        Small.Save(recipe);
        Finish(program, "pretrain", "--recipe", recipe, "--run", undisturbed);
        byte[] expected = HashOf(undisturbed);

        var random = new RandomSource(11, 0);
        int killed = 0, resumed = 0, early = 0, completed = 0, same = 0, damaged = 0, number = 0;
        string run = Path.Combine(folder, $"run-{number}");
        while (killed < kills || Directory.Exists(run))
        {
            bool resume = Directory.Exists(run) && RunDirectory.Latest(run, _ => damaged++) is not null;
            if (!resume && Directory.Exists(run)) { early++; Directory.Delete(run, recursive: true); }      // killed before its first checkpoint
            string[] arguments = resume ? ["resume", "--run", run] : ["pretrain", "--recipe", recipe, "--run", run];
            if (resume) resumed++;
            if (killed < kills && KilledAfter(150 + random.NextInt(2000), program, arguments)) { killed++; continue; }
            if (killed >= kills) Finish(program, arguments);
            completed++;
            if (HashOf(run).AsSpan().SequenceEqual(expected)) same++;
            if (killed >= kills) break;
            run = Path.Combine(folder, $"run-{++number}");
        }
        Directory.Delete(folder, recursive: true);
        report.Text($"{killed} times SIGKILL after 0.15 to 2.15 s, {Small.Steps} steps with a checkpoint every {Small.CheckpointInterval}: {resumed} resumptions, all of which went on; {early} runs had "
            + $"no checkpoint yet and began again; {completed} runs reached their end, {same} of them with the checkpoint of an undisturbed run, byte for byte. {damaged} checkpoints could not be read.");
        report.Goal($"damaged checkpoints after {killed} kills", damaged, 0);
        report.Goal($"runs that ended otherwise than an undisturbed one, after {killed} kills", completed - same, 0);
    }

    static string Publish()
    {
        string output = Path.Combine(Machine.Root, "artifacts", "soak");
        using Process process = Process.Start("dotnet", ["publish", Path.Combine(Machine.Root, "Cli"), "-c", "Release", "-o", output, $"-p:ArtifactsPath={output}-build", "-v", "q", "-nologo"]);
        process.WaitForExit();
        return process.ExitCode == 0 ? Path.Combine(output, "nativessl") : throw new InvalidOperationException("nativessl could not be published.");
    }

    static Process Start(string program, string[] arguments) =>
        Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;

    // False if it came to its end before that.
    static bool KilledAfter(int milliseconds, string program, string[] arguments)
    {
        using Process process = Start(program, arguments);
        Task<string> output = process.StandardOutput.ReadToEndAsync(), errors = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(milliseconds))
        {
            process.Kill();
            process.WaitForExit();
            return true;
        }
        Refuse(process, arguments, output.Result + errors.Result);
        return false;
    }

    static void Finish(string program, params string[] arguments)
    {
        using Process process = Start(program, arguments);
        Task<string> output = process.StandardOutput.ReadToEndAsync(), errors = process.StandardError.ReadToEndAsync();
        process.WaitForExit();
        Refuse(process, arguments, output.Result + errors.Result);
    }

    static void Refuse(Process process, string[] arguments, string output)
    {
        if (process.ExitCode != 0) throw new InvalidOperationException($"nativessl {string.Join(' ', arguments)} ended with {process.ExitCode}:\n{output}");
    }

    static byte[] HashOf(string run) => SHA256.HashData(File.ReadAllBytes(RunDirectory.Latest(run)!.Path));
}
