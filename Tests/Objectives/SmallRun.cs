using System.Security.Cryptography;

namespace NativeSsl.Tests.Objectives;

/// <summary>A run of twelve steps with everything in it: dropout, clipping, a schedule, validation, checkpoints.</summary>
static class SmallRun
{
    internal const int Steps = 12;
    internal static readonly int[] Text = [.. Enumerable.Range(0, 400).Select(i => (i * i + i / 7) % 11)];

    internal static Trainer New(int threads = 1, string identity = "a recipe", int microBatches = 1, int batch = 6, float dropout = 0.1f, long steps = Steps, bool replays = false, long validationInterval = 4)
    {
        var cpu = new CpuBackend(threads);
        var model = new Gpt(new Gpt.Config { Vocabulary = 11, Context = 8, Layers = 2, Heads = 2, Width = 16, Dropout = dropout },
            new Init(cpu, 3));
        return new Trainer(new NextToken(model), new TokenWindows(cpu, Text, 8, batch, seed: 5), new TrainerOptions
        {
            Steps = steps, Seed = 5, WeightDecay = 0.1f, Clip = 1, MicroBatches = microBatches, Identity = identity, CheckpointInterval = 5, Replays = replays,
            Validation = new TokenWindows(cpu, Text.AsMemory(0, 50), 8, 4, seed: 0), ValidationInterval = validationInterval,
            Players = new Dictionary<string, Player>
                { ["main"] = new(p => new AdamW(p, 0.9, 0.99), new LinearWarmup(3, new Cosine(1e-2, 1e-3, 9))) },
        });
    }

    // The diary and the two newest checkpoints, of steps 12 and 10.
    internal static string Hash(string folder)
    {
        IEnumerable<string> checkpoints = RunDirectory.Checkpoints(folder).Take(2)
            .Select(checkpoint => $"step {checkpoint.Step}: {Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(checkpoint.Path)))}");
        return string.Join('\n', checkpoints.Concat(MetricsLog.Read(Path.Combine(folder, "metrics.jsonl")).Select(line => line.ToComparable())));
    }

    /// <summary>What <see cref="Program"/> does in a process of its own: begins a run or goes on with it, and stops after a step.</summary>
    internal static void TrainUntil(string folder, int threads, long until)
    {
        using RunDirectory run = Directory.Exists(folder) ? RunDirectory.Open(folder) : RunDirectory.Create(folder, new TextRecipe());
        Trainer trainer = New(threads);
        if (RunDirectory.Latest(folder) is { } checkpoint) trainer.Load(checkpoint.Path);
        using var stop = new CancellationTokenSource();
        trainer.Run(run, new Reports(report => { if (report.Step == until) stop.Cancel(); }), stop.Token);
    }

    internal sealed class Reports(Action<TrainingReport> action) : IProgress<TrainingReport>
    {
        public void Report(TrainingReport value) => action(value);
    }
}
