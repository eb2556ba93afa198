using System.Diagnostics;
using System.Globalization;
using NativeSsl.Bench.Measure;

namespace NativeSsl.Bench.Commands;

/// <summary>Does memory grow over 10,000 steps of text, over 2,000 of images? Does every run that was killed resume?</summary>
static class Soak
{
    const int TextSteps = 10_000, ImageSteps = 2_000, Images = 64, Kills = 50;

    public static void Run(string[] arguments)
    {
        var report = new Report("soak", "Soak");
        bool quick = arguments.Contains("--quick");
        if (!arguments.Contains("--kills"))
        {
            Memory(report, GptSize.NanoGpt.Name, Text, quick ? TextSteps / 20 : TextSteps);
            Memory(report, $"SimCLR, three strided convolutions, {2 * Images} views made in the step", Pictures, quick ? ImageSteps / 20 : ImageSteps);
        }
        Interruption.Run(report, quick ? 3 : Kills);
        report.Save("dotnet run -c Release --project Bench -- soak");
    }

    static Action Text(CpuBackend backend)
    {
        GptSize size = GptSize.NanoGpt;
        var random = new RandomSource(5, 0);
        int[] text = [.. Enumerable.Range(0, 100_000).Select(_ => random.NextInt(size.Vocabulary))];
        return new OurTraining(new NextToken(size.NewModel(backend)), new TokenWindows(backend, text, size.Context, size.Batch, seed: 5), AdamSettings.Text).Step;
    }

    static Action Pictures(CpuBackend backend)
    {
        ContrastiveSize size = ContrastiveSize.Strided;
        Augmentation augmentation = size.Recipe.NewAugmentation();
        return new OurTraining(size.NewObjective(backend),
            new ImageViews(backend, ProceduralImages.Train(count: 1024), [augmentation, augmentation], Images, seed: 5), AdamSettings.Images).Step;
    }

    static void Memory(Report report, string name, Func<CpuBackend, Action> training, int steps)
    {
        var backend = new CpuBackend(2);
        Action train = training(backend);
        List<(double Step, double Resident)> samples = [];
        long start = Stopwatch.GetTimestamp();
        for (int step = 1; step <= steps; step++)
        {
            train();
            if (step % (steps / 100) == 0 && step >= steps / 10) samples.Add((step, ResidentMebibytes.Restart()));
        }
        double slope = Slope(samples) * 1000;
        report.Text($"{steps} steps of {name} in {Stopwatch.GetElapsedTime(start).TotalSeconds:F0} s: resident {samples[0].Resident:F1} MiB after {samples[0].Step}, "
            + $"{samples[^1].Resident:F1} MiB at the end, {backend.PoolBytes / 1048576.0:F1} MiB of it pooled; a straight line through {samples.Count} samples rises {slope:F3} MiB per 1,000 steps.");
        report.Text("Resident MiB along the way, after the garbage was collected, so that what is left is held: " + string.Join(", ", samples.Where((_, i) => i % 10 == 0).Select(sample => sample.Resident.ToString("F1", CultureInfo.InvariantCulture))) + ".");
        report.Goal($"memory per 1,000 steps of {name}, over {steps}", slope, 1, " MiB");
    }

    static double Slope(List<(double X, double Y)> points)
    {
        double x = points.Average(p => p.X), y = points.Average(p => p.Y);
        return points.Sum(p => (p.X - x) * (p.Y - y)) / points.Sum(p => (p.X - x) * (p.X - x));
    }
}
