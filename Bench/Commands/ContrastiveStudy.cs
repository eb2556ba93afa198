using NativeSsl.Bench.Measure;

namespace NativeSsl.Bench.Commands;

/// <summary>One run of SimCLR by a recipe of the program, looked at from all sides: controls, training with few labels, spoilt images, other sets.</summary>
/// <param name="Recipe">Its name on the shelf.</param>
/// <param name="Data">The set, below NATIVESSL_DATA.</param>
/// <param name="Title">The section's title.</param>
/// <param name="Goals">Measures and the least that is wanted of them, in per cent.</param>
/// <param name="Others">Sets that the encoder is asked about without having seen them.</param>
sealed record ContrastiveStudy(string Recipe, string Data, string Title, (string Measure, double Least)[] Goals, string[] Others)
{
    public static ContrastiveStudy Cifar { get; } = new("simclr-cifar10-long", "cifar10", "SimCLR on 10,000 images of CIFAR-10, half an hour", [], ["fashion_mnist", "omniglot_small1"]);

    public static ContrastiveStudy Fashion { get; } = new("simclr-fashion", "fashion_mnist", "SimCLR on 15,000 images of Fashion-MNIST", [("probe 100 %", 86)], []);

    static readonly LabelBudget[] Tuned = [LabelBudget.PerClass(10), LabelBudget.PerClass(100)];

    public void Run(string[] arguments)
    {
        var report = new Report(Recipe, Title, "learning/simclr.md");
        ImageRecipe recipe = ProgramRecipe.Of<ImageRecipe>(Recipe);
        if (arguments.Contains("--quick")) recipe = recipe with { Steps = recipe.Steps / 20, WarmUp = recipe.WarmUp / 20 };
        var pictures = new LabelledPictures(Data);
        var run = new ContrastiveRun(pictures, recipe);
        report.Text($"Recipe {Recipe}: encoder {recipe.Encoder} of width {recipe.Width}, temperature {recipe.Temperature}, {recipe.Batch} images a step, {recipe.Steps} steps, views included in the seconds; two threads.");
        List<double[]> checkpoints = [];
        run.Train(epoch => checkpoints.Add(run.LabelFree(epoch)));

        var card = new ReportCard(Title);
        MeasureOptions measures = new();
        pictures.AddControls(card, measures, recipe);
        ReportRow row = pictures.Add(card, "SimCLR", run.Encoder.Forward, run.Cost, measures);
        (Score Tuned, Score Scratch)[] few = [.. Tuned.Select(budget => (
            pictures.AddTuned(card, "SimCLR, fine-tuned", run.CopyOfEncoder, budget, FineTuningOptions.Pretrained),
            pictures.AddTuned(card, "supervised from scratch", run.NewEncoder, budget, FineTuningOptions.FromScratch)))];
        report.Card(card);
        foreach ((string measure, double least) in Goals) report.GoalAtLeast($"{Title}: {measure}, %", 100 * row.Scores[measure].Mean, least);
        for (int i = 0; i < few.Length; i++)
            report.GoalAtLeast($"{Title}: fine-tuned above from scratch by more than both intervals, {Tuned[i]}, points",
                100 * (few[i].Tuned.Mean - few[i].Tuned.HalfWidth!.Value - few[i].Scratch.Mean - few[i].Scratch.HalfWidth!.Value), 0);

        var spoilt = new ReportCard("kNN-20 on spoilt images");
        pictures.AddSpoilt(spoilt, "SimCLR", run.Encoder.Forward);
        pictures.AddSpoilt(spoilt, "pixels", x => x);
        report.Card(spoilt);
        foreach (string other in Others)
        {
            var others = new LabelledPictures(other, pictures);
            var transfer = new ReportCard($"The same encoder on {other}, which it has not seen");
            others.AddControls(transfer, measures, recipe);
            others.Add(transfer, "SimCLR", run.Encoder.Forward, run.Cost, measures);
            report.Card(transfer);
        }
        LabelFreeTable.Add(report, checkpoints);
        report.Save($"NATIVESSL_DATA=… dotnet run -c Release --project Bench -- {Recipe}");
    }
}
