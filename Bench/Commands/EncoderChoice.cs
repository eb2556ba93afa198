using System.Globalization;
using NativeSsl.Bench.Measure;

namespace NativeSsl.Bench.Commands;

/// <summary>
/// Which encoder learns most in a given time: wider and deeper ones see fewer images. Each is trained by the long recipe with as many steps as fit, and judged
/// on a fifth of the training images, which it has not seen; test images are not looked at.
/// </summary>
static class EncoderChoice
{
    const double Seconds = 300;

    static readonly (string Encoder, int Width)[] Candidates = [("convolutions", 64), ("convolutions", 128), ("resnet-9", 32), ("resnet-small", 32)];
    static readonly LabelBudget[] Budgets = [LabelBudget.PerClass(10), LabelBudget.PerClass(100), LabelBudget.Share(1)];

    public static void Run(string[] arguments)
    {
        double allowed = arguments.Contains("--quick") ? Seconds / 20 : Seconds;
        var report = new Report("encoders", "Which encoder learns most of CIFAR-10 in a given time", "learning/simclr.md");
        ImageRecipe recipe = ProgramRecipe.Of<ImageRecipe>(ContrastiveStudy.Cifar.Recipe);
        var pictures = new LabelledPictures("cifar10", choosing: true);
        report.Text(string.Create(CultureInfo.InvariantCulture, $"Recipe {ContrastiveStudy.Cifar.Recipe} (temperature {recipe.Temperature}, rate {recipe.LearningRate}) with another encoder and as many steps as fit into "
            + $"{allowed:F0} s by the time of six steps; two threads. Trained on 8,000 images, judged on the 2,000 training images left out."));
        var card = new ReportCard("On the training images left out");
        foreach ((string encoder, int width) in Candidates)
        {
            ImageRecipe one = recipe with { Encoder = encoder, Width = width };
            int steps = Math.Max(20, (int)(allowed / ContrastiveRun.SecondsOfStep(pictures, one)));
            var run = new ContrastiveRun(pictures, one with { Steps = steps, WarmUp = Math.Min(recipe.WarmUp, steps / 10) });
            run.Train(null);
            pictures.Add(card, $"{encoder}, width {width}, {steps} steps", run.Encoder.Forward, run.Cost, new MeasureOptions { Budgets = Budgets, Clusters = false });
        }
        report.Card(card);
        report.Save("NATIVESSL_DATA=… dotnet run -c Release --project Bench -- encoders" + (arguments.Contains("--quick") ? " --quick" : ""));
    }
}
