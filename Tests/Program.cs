using System.Globalization;
using NativeSsl.Tests.Objectives;

namespace NativeSsl.Tests;

/// <summary>What the test assembly does when it is started as a program, by a test that needs a second process (<see cref="OwnProcess"/>).</summary>
static class Program
{
    static int Main(string[] arguments)
    {
        switch (arguments)
        {
            case ["save-for-ever", string folder]: SaveForEver(folder); return 0;
            case ["read-shards", string folder]: Images.ShardsMemoryTests.Measure(folder); return 0;
            case ["readme-example"]: ReadmeExample.Run(); return 0;
            case ["check-gpu", string selector, .. var rest]: return rest switch
            {
                ["groups"] => Gpu.SelfTest.RunGroups(selector),
                ["replays"] => Gpu.SelfTest.RunReplays(selector),
                _ => Gpu.SelfTest.Run(selector, small: rest is ["small"]),
            };
            case ["compile-products", string mostKept]: Gpu.KernelMemoryTests.Measure(int.Parse(mostKept, CultureInfo.InvariantCulture)); return 0;
            case ["plant-fault", string fault]: return Gpu.PlantedFaults.Run(fault);
            case ["train-on-cuda", string how, string steps]: return Gpu.CudaGraphTests.TrainOnCuda(replays: how == "replayed", int.Parse(steps, CultureInfo.InvariantCulture));
            case ["train", string folder, string threads, string until]:
                SmallRun.TrainUntil(folder, int.Parse(threads, CultureInfo.InvariantCulture), long.Parse(until, CultureInfo.InvariantCulture));
                return 0;
            default: return 2;
        }
    }

    // Until it is killed.
    static void SaveForEver(string folder)
    {
        using RunDirectory run = RunDirectory.Open(folder);
        long step = RunDirectory.Latest(folder)?.Step ?? 0;
        using MetricsLog metrics = run.OpenMetrics(step);
        float[] values = new float[1 << 20];
        while (true)
        {
            step++;
            values.AsSpan().Fill(step);
            metrics.Append(step, ("loss", 1.0 / step));
            metrics.Flush();
            run.Save(step, [SafetensorsItem.From("weight", [values.Length], values)]);
            Console.Out.WriteLine(step.ToString(CultureInfo.InvariantCulture));
            Console.Out.Flush();
        }
    }
}
