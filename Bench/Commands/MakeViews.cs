using System.Diagnostics;
using NativeSsl.Bench.Measure;

namespace NativeSsl.Bench.Commands;

/// <summary>What views of images cost: 512 of them, two of each of 256 images, as a training step draws them.</summary>
static class MakeViews
{
    const int Images = 256, Set = 10_000, Limit = 25;                   // milliseconds: a tenth of libtorch's step on the small encoder

    public static void Run(string[] arguments)
    {
        var report = new Report("views", "Views of images");
        var backend = new CpuBackend(2);
        double seconds = arguments.Contains("--quick") ? 0.2 : 3;
        report.Text($"512 views, two of each of {Images} images of {Set:N0} in memory, on {backend.Workers.Threads} threads; "
            + "a step of its own for each draw.");
        report.Head("recipe and size", "median ms", "p10 ms", "views / s");
        ImageSet small = Noise(new ImageSize(32, 32, 3)), grey = Noise(new ImageSize(28, 28, 1));
        ImageSet large = Noise(new ImageSize(96, 96, 3), 2000);
        double cifar = Row("SimCLR for CIFAR, 32 × 32", small, [Augmentation.SimClrCifar, Augmentation.SimClrCifar]);
        Row("the same, bilinear", small, [Linear(Augmentation.SimClrCifar), Linear(Augmentation.SimClrCifar)]);
        Row("SimCLR for ImageNet, 32 × 32, with blur", small, [Augmentation.SimClrImageNet, Augmentation.SimClrImageNet]);
        Row("MoCo v2, 32 × 32", small, [Augmentation.Moco, Augmentation.Moco]);
        Row("BYOL, 32 × 32", small, Augmentation.Byol);
        Row("SimCLR for CIFAR, 28 × 28, grey", grey, [Augmentation.SimClrCifar, Augmentation.SimClrCifar]);
        Row("BYOL, 96 × 96", large, Augmentation.Byol);
        Row("none, 32 × 32", small, [Augmentation.None, Augmentation.None]);
        report.EndTable();
        report.Goal("512 views for SimCLR on CIFAR", cifar, Limit, " ms");
        report.Save("dotnet run -c Release --project Bench -- views");

        double Row(string name, ImageSet set, IReadOnlyList<Augmentation> how)
        {
            var views = new ImageViews(backend, set, how, Images, seed: 1);
            List<double> times = [];
            long start = Stopwatch.GetTimestamp();
            for (int draw = 0; draw < 10 || Stopwatch.GetElapsedTime(start).TotalSeconds < seconds; draw++)
            {
                long before = Stopwatch.GetTimestamp();
                using (var step = new Step(backend)) views.Draw(draw);
                if (draw >= 3) times.Add(Stopwatch.GetElapsedTime(before).TotalMilliseconds);
            }
            double median = Statistics.Median(times);
            report.Row(name, $"{median:F1}", $"{Statistics.Quantile(times, 0.1):F1}", $"{Images * how.Count / median * 1000:F0}");
            return median;
        }
    }

    static Augmentation Linear(Augmentation how) => how with { Interpolation = Interpolation.Bilinear };

    /// <summary>Images that say nothing.</summary>
    public static ImageSet Noise(ImageSize size, int count = Set)
    {
        byte[] pixels = new byte[count * size.Bytes];
        new Random(1).NextBytes(pixels);
        return new ImageSet("noise", size, pixels);
    }
}
