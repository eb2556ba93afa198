using System.Diagnostics;
using NativeSsl.Cli;

namespace NativeSsl.Tests.Cli;

/// <summary>The program in a process of its own, sent what Ctrl-C and a shutting-down machine send.</summary>
public sealed class SignalTests : IDisposable
{
    readonly Scratch _scratch = new();
    string RunPath => _scratch.File("run");

    public void Dispose() => _scratch.Dispose();

    [UnixTheory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    public void The_first_signal_saves(string signal, int code)
    {
        using Process child = Start("smoke", steps: 100_000, line => line.StartsWith("step", StringComparison.Ordinal));
        Send(signal, child);
        Assert.Contains("saved. Go on with: nativessl resume", child.StandardError.ReadToEnd(), StringComparison.Ordinal);
        child.WaitForExit();
        Assert.Equal(code, child.ExitCode);
        Assert.True(RunDirectory.Latest(RunPath)!.Step > 0);
    }

    [UnixTheory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    public void The_second_does_not_wait_for_the_step(string signal, int code)
    {
        string recipe = _scratch.File("slow.json");            // a step of many seconds
        new TextRecipe { Layers = 8, Heads = 4, Width = 256, Context = 256, Batch = 128, Steps = 10, WarmUp = 0 }.Save(recipe);
        using Process child = Start(recipe, steps: 10, line => line.StartsWith("run:", StringComparison.Ordinal));
        Thread.Sleep(300);
        Send(signal, child);
        Thread.Sleep(200);                                              // two signals that wait at the same time are one
        Send(signal, child);
        Assert.DoesNotContain("saved", child.StandardError.ReadToEnd(), StringComparison.Ordinal);
        child.WaitForExit();
        Assert.Equal(code, child.ExitCode);
    }

    Process Start(string recipe, int steps, Predicate<string> ready)
    {
        ProcessStartInfo start = OwnProcess.Of(typeof(CommandLine), "pretrain", "--recipe", recipe, "--run", RunPath, "--steps", $"{steps}");
        start.WorkingDirectory = _scratch.Folder;
        Process child = Process.Start(start)!;
        while (!ready(child.StandardError.ReadLine() ?? throw new InvalidOperationException("the program ended before it trained"))) { }
        return child;
    }

    static void Send(string signal, Process child) => Process.Start("kill", [$"-{signal}", $"{child.Id}"]).WaitForExit();
}
