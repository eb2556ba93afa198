using NativeSsl.Bench.Measure;

namespace NativeSsl.Bench.Commands;

/// <summary>
/// SimCLR on the CIFAR-10 subset, as the reference run was set up, beside its controls; and whether scores without labels, taken along the way, say
/// which checkpoint is better.
/// </summary>
static class ContrastiveLearning
{
    static readonly LabelBudget[] Budgets = [LabelBudget.PerClass(10), LabelBudget.PerClass(100), LabelBudget.Share(1)];

    public static void Run(string[] arguments)
    {
        bool quick = arguments.Contains("--quick");
        ImageRecipe recipe = new();
        var pictures = new LabelledPictures("cifar10");
        var report = new Report("simclr-cifar10", "SimCLR on 10,000 images of CIFAR-10", "learning/simclr.md");
        report.Text("Recipe simclr-cifar10: three strided convolutions 64-128-256, head 256-128, temperature 0.5, 256 images a step, 56 epochs of 39 steps, AdamW 2e-3, views included in the "
            + "seconds; two threads. A reference in TorchSharp of the same set-up reached 52.5 (kNN-20) and 39.3, 50.6, 57.0 (linear probe at 10 and 100 labels a class, and all) in 518 s on a "
            + "faster machine. Probes choose their regularisation on held-out training labels; five draws of labels.");
        var card = new ReportCard("CIFAR-10");
        MeasureOptions measures = new() { Budgets = Budgets, Clusters = false };
        pictures.AddControls(card, measures, recipe);
        List<ReportRow> rows = [];
        List<double[]> checkpoints = [];
        foreach (ulong seed in quick ? (ulong[])[1337] : [1337, 1, 2])
        {
            var run = new ContrastiveRun(pictures, recipe with { Seed = (long)seed });
            run.Train(rows.Count == 0 ? epoch => checkpoints.Add(run.LabelFree(epoch)) : null);
            (FeatureSet train, FeatureSet test) = pictures.Features($"SimCLR, seed {seed}", run.Encoder.Forward);
            rows.Add(card.AddRow(train.Name, run.Cost));
            Measures.Add(card, rows[^1], train, test, measures);
            Console.WriteLine($"seed {seed}: {run.Cost.Seconds:F0} s, " + string.Join(", ", rows[^1].Scores.Select(score => $"{score.Key} {score.Value.Mean:F3}")));
        }
        report.Text(string.Join('\n', card.ToMarkdown().Split('\n').Skip(2)).Trim());
        foreach (var (measure, least) in ((string, double)[])[("kNN-20", 53), ($"probe {Budgets[0]}", 40), ($"probe {Budgets[1]}", 51), ($"probe {Budgets[2]}", 58)])
            report.GoalAtLeast($"SimCLR on CIFAR-10, {measure}, mean of {rows.Count}, %", 100 * rows.Average(row => row.Scores[measure].Mean), least);
        report.Goal($"seconds of training, mean of {rows.Count}", rows.Average(row => row.Cost.Seconds), 520, " s");
        LabelFreeTable.Add(report, checkpoints);
        report.Save("NATIVESSL_DATA=… dotnet run -c Release --project Bench -- simclr" + (quick ? " --quick" : ""));
    }
}
