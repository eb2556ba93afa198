using NativeSsl.Bench.Measure;

namespace NativeSsl.Bench.Reference;

/// <summary>SimCLR's training step of both sides in turn: same architecture, first weights, views, optimizer. Whether both compute the same is <see cref="Parity"/>'s question.</summary>
static class CompareImages
{
    const int Batches = 4;

    public static void Run(string[] arguments)
    {
        bool tuned = arguments.Contains("--tuned");
        Both.Begin(arguments);
        var report = new Report(tuned ? "images-tuned" : "images", tuned ? "Training step on images, libtorch's allocator tuned" : "Training step on images");
        report.Text($"{Both.Sides}{(tuned ? $" Environment: `{TunedAllocator.Text}`." : "")} Ours: ResNet, MlpHead, SimClr, AdamW, through Trainer.Step, which also takes the "
            + "gradient's norm and reads the loss. libtorch: functions, in place where it can be, TorchSharp's AdamW, in both layouts of images; the loss is not read while measuring.");
        report.PairHead("step", speeds: true);
        foreach (ContrastiveSize size in ContrastiveSize.Trained) Step(report, size, tuned);
        report.EndTable();
        report.Save($"dotnet run -c Release --project Bench -p:Libtorch=true -- images{(tuned ? " --tuned" : "")}");
        if (!tuned) Self.Run(["images", "--tuned", .. arguments], TunedAllocator.Environment);
    }

    static void Step(Report report, ContrastiveSize size, bool tuned)
    {
        double? goal = size == ContrastiveSize.Small ? 0.70 : size == ContrastiveSize.ResNet18 ? 0.80 : null;        // none was set for the reference run's
        const double Seconds = 20;                          // steps take seconds: a handful of turns
        string held = tuned ? ", libtorch's allocator tuned" : "";
        List<double> ratios = [];
        foreach (bool channelsLast in (bool[])[false, true])
        {
            string layout = channelsLast ? "channels last" : "channels first";
            SimClr objective = size.NewObjective(Both.Ours);
            using var reference = new TorchSimClr(size, objective, channelsLast);
            var theirs = reference.Training(Batches);
            var ours = new OurTraining(objective, size.Batches(Both.Ours, Batches), AdamSettings.Images);
            Pair pair = Both.Measure(ours.Step, () => theirs.Step(), Seconds);
            ratios.Add(pair.Ratio);
            report.Row($"{size.Name}; libtorch {layout}", pair, ours.StepFlops);
        }
        (Pair views, double flops) = WithViews(size, channelsLast: ratios[1] > ratios[0], Seconds);
        report.Row($"{size.Name}, views included; libtorch {(ratios[1] > ratios[0] ? "channels last" : "channels first")}", views, flops);
        // The larger of our two ratios is the one against libtorch's faster layout.
        if (goal is not { } wanted) return;
        report.Goal($"training step {size.Name}{held}", ratios.Max(), wanted);
        report.Goal($"training step {size.Name}, views included{held}", views.Ratio, wanted);
    }

    static (Pair Times, double Flops) WithViews(ContrastiveSize size, bool channelsLast, double seconds)
    {
        ImageSet images = ProceduralImages.Train(count: 1024);
        SimClr objective = size.NewObjective(Both.Ours);
        using var reference = new TorchSimClr(size, objective, channelsLast);
        Augmentation augmentation = size.Recipe.NewAugmentation();
        var ours = new OurTraining(objective, new ImageViews(Both.Ours, images, [augmentation, augmentation], size.Images, seed: 1), AdamSettings.Images);
        var theirs = reference.Training(images);
        return (Both.Measure(ours.Step, () => theirs.Step(), seconds), ours.StepFlops);
    }
}
