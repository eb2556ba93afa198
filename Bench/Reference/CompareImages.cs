using NativeSsl.Bench.Measure;

namespace NativeSsl.Bench.Reference;

/// <summary>SimCLR's training step of both sides in turn: same architecture, first weights, views, optimizer; losses compared step by step.</summary>
static class CompareImages
{
    const int Batches = 4, ComparedSteps = 10;

    public static void Run(string[] arguments)
    {
        bool tuned = arguments.Contains("--tuned");
        Both.Begin(arguments);
        var report = new Report(tuned ? "images-tuned" : "images", tuned ? "Training step on images, libtorch's allocator tuned" : "Training step on images");
        report.Text($"{Both.Sides}{(tuned ? $" Environment: `{TunedAllocator.Text}`." : "")} Ours: ResNet, MlpHead, SimClr, AdamW, through Trainer.Step, which also takes the "
            + "gradient's norm and reads the loss. libtorch: functions, in place where it can be, TorchSharp's AdamW, in both layouts of images; the loss is not read while measuring.");
        report.PairHead("step", speeds: true);
        foreach (ContrastiveSize size in ContrastiveSize.Trained) Step(report, size, size == ContrastiveSize.Small ? 0.70 : 0.80, tuned);
        report.EndTable();
        report.Save($"dotnet run -c Release --project Bench -p:Libtorch=true -- images{(tuned ? " --tuned" : "")}");
        if (!tuned) Self.Run(["images", "--tuned", .. arguments], TunedAllocator.Environment);
    }

    static void Step(Report report, ContrastiveSize size, double goal, bool tuned)
    {
        double seconds = 12;
        string held = tuned ? ", libtorch's allocator tuned" : "";
        List<double> ratios = [], withoutOptimizer = [], withViews = [];
        foreach (bool channelsLast in (bool[])[false, true])
        {
            string layout = channelsLast ? "channels last" : "channels first";
            SimClr objective = size.NewObjective(Both.Ours);
            using var reference = new TorchSimClr(size, objective, channelsLast);
            var theirs = new TorchContrastiveTraining(size, reference, Batches, channelsLast);
            var ours = new OurContrastiveTraining(objective, new SharedImageViews(size, Both.Ours, Batches));
            Pair with = Both.Measure(ours.Step, () => theirs.Step(), seconds);
            ratios.Add(with.Ratio);
            report.Row($"{size.Name}; libtorch {layout}", with, size.StepFlops);
            double apart = ours.Losses.Zip(theirs.Losses, (a, b) => Math.Abs(a - b)).Take(ComparedSteps).Max();
            report.Goal($"largest difference of losses, first {ComparedSteps} steps of {size.Name}, {layout}{held}", apart, 1e-2);

            var gradients = new OurContrastiveGradients(size.NewObjective(Both.Ours), new SharedImageViews(size, Both.Ours, Batches));
            Pair without = Both.Measure(gradients.Step, () => theirs.Step(optimizer: false), seconds / 2);
            withoutOptimizer.Add(without.Ratio);
            report.Row($"{size.Name}, without optimizer; libtorch {layout}", without, size.StepFlops);

            var photos = ProceduralImages.Train(seed: 1);
            byte[] pixels = new byte[(long)photos.Count * photos.Size.Bytes];
            photos.Read([.. Enumerable.Range(0, photos.Count)], pixels);
            var oursFromImages = new OurContrastiveTraining(size.NewObjective(Both.Ours),
                new ImageViews(Both.Ours, photos, [size.Recipe.NewAugmentation(), size.Recipe.NewAugmentation()], size.Images, seed: 1));
            var theirsFromImages = new TorchContrastiveTraining(size, reference, 1, channelsLast, new TorchViews(pixels, size.Side, size.Images, channelsLast));
            Pair views = Both.Measure(oursFromImages.Step, () => theirsFromImages.Step(), seconds);
            withViews.Add(views.Ratio);
            report.Row($"{size.Name}, views included; libtorch {layout}", views, size.StepFlops);
        }
        // The slower of our two ratios is the one against libtorch's faster layout.
        report.Goal($"training step {size.Name}{held}", ratios.Max(), goal);
        report.Goal($"training step {size.Name}, without optimizer{held}", withoutOptimizer.Max(), goal);
        report.Goal($"training step {size.Name}, views included{held}", withViews.Max(), goal);
    }
}
