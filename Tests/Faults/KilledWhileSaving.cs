using System.Diagnostics;
using System.Globalization;

namespace NativeSsl.Tests;

/// <summary>A process that saves checkpoints in a loop is killed at random moments;
/// what it said it had saved is there, and can be read.</summary>
public sealed class KilledWhileSaving
{
    [Fact]
    public void Twenty_kills_leave_nothing_unreadable()
    {
        using Scratch scratch = new();
        string folder = scratch.File("run");
        RunDirectory.Create(folder, new TextRecipe()).Dispose();
        RandomSource random = new(3, 0);
        long said = 0;
        for (int kill = 0; kill < 20; kill++)
        {
            using Process child = Process.Start(OwnProcess.Of(typeof(Program), "save-for-ever", folder))!;
            // it took the lock of the one killed before, and has saved
            Hear(child.StandardOutput.ReadLine());
            Thread.Sleep(random.NextInt(30));
            child.Kill();
            child.WaitForExit();
            while (child.StandardOutput.ReadLine() is { } line) Hear(line);

            Checkpoint? latest = RunDirectory.Latest(folder, error => Assert.Fail(error.Message));
            Assert.NotNull(latest);
            Assert.InRange(latest.Step, said, said + 1);                                // saved, perhaps, but killed before it could say so
            using SafetensorsFile file = SafetensorsFile.Open(latest.Path);
            float[] values = new float[1 << 20];
            file.Read("weight", values);
            Assert.Equal(latest.Step, values[^1]);
            Assert.InRange(MetricsLog.Read(Path.Combine(folder, "metrics.jsonl"))[^1].Step, latest.Step, latest.Step + 1);
            said = latest.Step;
        }
        RunDirectory.Open(folder).Dispose();
        Assert.Empty(Directory.GetFiles(Path.Combine(folder, "checkpoints"), "*partial"));

        void Hear(string? line) => said = long.Parse(line!, CultureInfo.InvariantCulture);
    }
}
