using System.Globalization;
using NativeSsl.Bench.Measure;

namespace NativeSsl.Bench.Commands;

/// <summary>
/// SimCLR on the CIFAR-10 subset, with the networks and views of the reference run, beside its controls; and whether scores without labels, taken along the way, say
/// which checkpoint is better.
/// </summary>
static class ContrastiveLearning
{
    static readonly LabelBudget[] Budgets = [LabelBudget.PerClass(10), LabelBudget.PerClass(100), LabelBudget.Share(1)];

    // On a machine like the reference's.
    const double AllowedSeconds = 520;

    public static void Run(string[] arguments)
    {
        bool quick = arguments.Contains("--quick");
        ImageRecipe recipe = ProgramRecipe.Of<ImageRecipe>("simclr-cifar10");
        var pictures = new LabelledPictures("cifar10");
        var report = new Report("simclr-cifar10", "SimCLR on 10,000 images of CIFAR-10", "learning/simclr.md");
        int epochs = recipe.Steps / (pictures.Train.Count / recipe.Batch);
        report.Text(string.Create(CultureInfo.InvariantCulture, $"Recipe simclr-cifar10: three strided convolutions 64-128-256, head 256-128, temperature {recipe.Temperature}, {recipe.Batch} images a step, "
            + $"{epochs} epochs, AdamW {recipe.LearningRate}, views included in the seconds; two threads. A reference in TorchSharp (temperature 0.5, Adam 2e-3, 56 epochs of 39 steps) reached 52.5 (kNN-20) "
            + $"and 39.3, 50.6, 57.0 (linear probe at 10 and 100 labels a class, and all) in 518 s on a faster machine. Probes choose their regularisation on held-out training labels; five draws of labels."));
        double allowed = AllowedSeconds;
#if LIBTORCH
        double reference = Reference.ReferenceRun.Seconds();
        report.Text($"On this machine libtorch needs {reference:F0} s for those 56 epochs, by the median of 24 of their steps: on a slower machine that is what our training may take.");
        allowed = Math.Max(allowed, reference);
#endif
        var card = new ReportCard("CIFAR-10");
        MeasureOptions measures = new() { Budgets = Budgets, Clusters = false };
        pictures.AddControls(card, measures, recipe);
        List<ReportRow> rows = [];
        List<double[]> checkpoints = [];
        foreach (ulong seed in quick ? (ulong[])[1337] : [1337, 1, 2])
        {
            var run = new ContrastiveRun(pictures, recipe with { Seed = (long)seed });
            run.Train(rows.Count == 0 ? epoch => checkpoints.Add(run.LabelFree(epoch)) : null);
            rows.Add(pictures.Add(card, $"SimCLR, seed {seed}", run.Encoder.Forward, run.Cost, measures));
        }
        report.Card(card);
        foreach (var (measure, least) in ((string, double)[])[("kNN-20", 53), ($"probe {Budgets[0]}", 40), ($"probe {Budgets[1]}", 51), ($"probe {Budgets[2]}", 58)])
            report.GoalAtLeast($"SimCLR on CIFAR-10, {measure}, mean of {rows.Count}, %", 100 * rows.Average(row => row.Scores[measure].Mean), least);
        report.Goal($"seconds of training, mean of {rows.Count}", rows.Average(row => row.Cost.Seconds), allowed, " s");
        LabelFreeTable.Add(report, checkpoints);
        report.Save("NATIVESSL_DATA=… dotnet run -c Release --project Bench -- simclr" + (quick ? " --quick" : ""));
    }
}
