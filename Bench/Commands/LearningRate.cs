using System.Globalization;
using NativeSsl.Bench.Measure;

namespace NativeSsl.Bench.Commands;

/// <summary>Chooses a peak learning rate on the last tenth of the training text, which then serves as the judge. The validation split, on which
/// results are reported, takes no part.</summary>
static class LearningRate
{
    static readonly double[] Rates = [1e-3, 2e-3, 3e-3, 4e-3, 6e-3];

    public static void Run(string[] arguments)
    {
        var text = new Shakespeare();
        int cut = text.Training.Length / 10 * 9;
        ulong[] seeds = arguments.Contains("--quick") ? [7] : [7, 8];
        var report = new Report("learning-rate", "Learning rate");
        report.Text($"The configuration of the section Learning, trained for {Shakespeare.Steps} steps on the first nine tenths of the training text and judged on its last "
            + "tenth: every position, windows that do not overlap. The validation split is not touched. The recipe nano-gpt-tuned takes the best of these rates.");
        report.Head(["peak learning rate", .. seeds.Select(seed => $"seed {seed}"), "mean"]);
        foreach (double rate in Rates)
        {
            double[] losses = [.. seeds.Select(seed => Train(text, rate, seed, cut))];
            report.Row([rate.ToString(CultureInfo.InvariantCulture), .. losses.Append(losses.Average()).Select(loss => loss.ToString("F3", CultureInfo.InvariantCulture))]);
        }
        report.EndTable();
        report.Save("NATIVESSL_DATA=… dotnet run -c Release --project Bench -- learning-rate" + (seeds.Length == 1 ? " --quick" : ""));
    }

    static double Train(Shakespeare text, double rate, ulong seed, int cut)
    {
        Trainer trainer = text.Trainer(rate, seed, text.Training.AsMemory(0, cut), text.Training.AsMemory(cut));
        while (trainer.StepsDone < Shakespeare.Steps) trainer.Step();
        return trainer.Validate();
    }
}
