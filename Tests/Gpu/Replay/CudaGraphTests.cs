using System.Diagnostics;
using System.Text.RegularExpressions;
using NativeSsl.Kernels;

namespace NativeSsl.Tests.Gpu;

/// <summary>What is asked of NVIDIA's driver when steps are replayed, by a library in its place.</summary>
public sealed partial class CudaGraphTests : IDisposable
{
    const int Steps = 6;

    readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [StandInFact]
    public void A_step_is_one_graph_collected_once_and_launched_at_every_later_step()
    {
        (string plain, int[] plainly) = Train(replays: false, Steps);
        (string told, int[] replayed) = Train(replays: true, Steps);
        Assert.Equal("", plain);
        Assert.Equal([0, 0, 0], plainly[1..4]);
        Match orders = Orders().Match(told);
        Assert.True(orders.Success, told);
        Assert.Equal(Steps - 1, int.Parse(orders.Groups[1].ValueSpan, System.Globalization.CultureInfo.InvariantCulture));
        // one graph; the same kernels as without it; nothing that may not be asked meanwhile
        Assert.Equal([plainly[0], 1, Steps - 1, 0], replayed[..4]);

        // Each step but the last is read while the next one is at work, and nothing else is waited for.
        (_, int[] longer) = Train(replays: true, 2 * Steps);
        Assert.Equal([0, Steps - 1, 2 * Steps - 1], [plainly[5], replayed[5], longer[5]]);
        Assert.Equal(replayed[4], longer[4]);

        // A step more is a graph more and no kernel besides. What is copied for it: tokens and targets, to where they are drawn and to where
        // the graph looks for them, its numbers, how many steps later it is; and what is read.
        Assert.Equal((replayed[6], replayed[7] + 7 * Steps), (longer[6], longer[7]));
    }

    (string Told, int[] Counts) Train(bool replays, int steps)
    {
        StandInDriver.Build(_scratch.Folder);
        ProcessStartInfo start = OwnProcess.Of(typeof(Program), "train-on-cuda", replays ? "replayed" : "plain", $"{steps}");
        start.Environment["LD_LIBRARY_PATH"] = _scratch.Folder;
        (int status, string output, string error) = OwnProcess.Run(start);
        Assert.True(status == 0, output + error);
        Match counts = Counts().Match(error);
        Assert.True(counts.Success, error);
        return (output.Trim(), [.. counts.Groups.Values.Skip(1).Select(group => int.Parse(group.ValueSpan, System.Globalization.CultureInfo.InvariantCulture))]);
    }

    /// <summary>In a process of its own: trains on the first NVIDIA GPU, and tells how steps were done.</summary>
    internal static int TrainOnCuda(bool replays, int steps)
    {
        using GpuBackend gpu = GpuBackend.Cuda();
        using Trainer trainer = TenSteps.Training(ReplayTasks.SmallGpt(gpu), replays, healthInterval: 0, steps: steps);
        trainer.Run();
        Console.Out.WriteLine(trainer.Replays);
        return 0;
    }

    [GeneratedRegex("^([0-9]+) replayed; [0-9]+ orders in one graph$")]
    private static partial Regex Orders();

    [GeneratedRegex("launches ([0-9]+) graphs ([0-9]+) replays ([0-9]+) refused ([0-9]+) waits ([0-9]+) events ([0-9]+) alone ([0-9]+) copies ([0-9]+)")]
    private static partial Regex Counts();

    [AttributeUsage(AttributeTargets.Method)]
    sealed class StandInFactAttribute : FactAttribute
    {
        public StandInFactAttribute() => Skip = !OperatingSystem.IsLinux() ? "Only Linux lets a library stand in for a driver."
            : !File.Exists(StandInDriver.Compiler) ? "gcc is not installed: it compiles a stand-in for NVIDIA's driver." : null;
    }
}
