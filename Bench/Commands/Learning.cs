using System.Globalization;
using NativeSsl.Bench.Measure;

namespace NativeSsl.Bench.Commands;

/// <summary>
/// The main job on real text: nanoGPT's CPU configuration on tiny Shakespeare, 2,000 steps, judged on the whole validation split in windows
/// that do not overlap, at every position; beside counting, and beside the model before its first step.
/// </summary>
static class Learning
{
    const int Steps = Shakespeare.Steps, Every = 250;

    static readonly int[] Shown = [0, 500, 1000, 1500, 2000];

    public static void Run(string[] arguments)
    {
        var text = new Shakespeare();
        int[] validation = text.Validation;
        var counts = new CountModel(text.Training, text.Vocabulary);

        var report = new Report("learning", "Learning");
        report.Text("nanoGPT's CPU configuration on tiny Shakespeare by characters: 4 layers, 4 heads, width 128, context 64, batch 12, no bias, no dropout, AdamW (0.9, 0.99), "
            + "weight decay 0.1 on matrices, clipping at 1, 100 steps of warm-up, cosine to a tenth, 2,000 steps. Its readme says 1.88, over 20 batches, which is noisy by 0.02. "
            + "Loss over the whole validation split, every position, windows that do not overlap. "
            + string.Create(CultureInfo.InvariantCulture, $"Controls: unigrams {counts.UnigramLoss(validation):F3}, bigrams {counts.BigramLoss(validation):F3}, chance ln 65 = 4.174."));
        report.Head("learning rate", "seed", "untrained", "500", "1000", "1500", "2000", "seconds of training", "ms a step, median");
        ulong[] seeds = arguments.Contains("--quick") ? [1337] : [1337, 1, 2];
        List<(string Name, double[] Curve)> curves = [];
        foreach (double rate in (double[])[Shakespeare.OwnRate, Shakespeare.TunedRate])
        {
            List<double> last = [];
            foreach (ulong seed in seeds)
            {
                double[] curve = Train(report, text, rate, seed);
                last.Add(curve[^1]);
                if (seed == seeds[0]) curves.Add((string.Create(CultureInfo.InvariantCulture, $"peak learning rate {rate}"), curve));
            }
            string name = rate == Shakespeare.OwnRate ? "validation loss, nanoGPT's own learning rate" : "validation loss, four times that learning rate (recipe nano-gpt-tuned)";
            report.Goal($"{name}, mean of {last.Count}", last.Average(), 1.88);
        }
        report.EndTable();
        report.Save("NATIVESSL_DATA=… dotnet run -c Release --project Bench -- learning" + (seeds.Length == 1 ? " --quick" : ""));
        Curve.Write(Path.Combine(Machine.Root, "Docs", "next-token.svg"), "Validation loss on tiny Shakespeare", Every, curves,
            [("unigrams", counts.UnigramLoss(validation)), ("bigrams", counts.BigramLoss(validation))]);
    }

    static double[] Train(Report report, Shakespeare text, double rate, ulong seed)
    {
        Trainer trainer = text.Trainer(rate, seed, text.Training, text.Validation);
        List<double> curve = [trainer.Validate()], seconds = [];
        while (trainer.StepsDone < Steps)
        {
            seconds.Add(trainer.Step().Seconds);
            if (trainer.StepsDone % Every == 0) curve.Add(trainer.Validate());
        }
        double total = seconds.Sum();
        seconds.Sort();
        report.Row([rate.ToString(CultureInfo.InvariantCulture), $"{seed}",
            .. Shown.Select(step => curve[step / Every].ToString("F3", CultureInfo.InvariantCulture)),
            total.ToString("F1", CultureInfo.InvariantCulture), (seconds[Steps / 2] * 1e3).ToString("F1", CultureInfo.InvariantCulture)]);
        return [.. curve];
    }
}
