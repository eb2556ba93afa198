using System.Globalization;
using NativeSsl.Bench.Measure;

namespace NativeSsl.Bench.Commands.Texts;

/// <summary>An ablation: does T5's decoder find what the encoder has read, if attention begins nearly even, and if it begins focused?</summary>
static class SpanStartStudy
{
    const int Steps = 600, Looks = 3;
    const double Wanted = 0.9;

    public static void Run(string[] arguments)
    {
        int hurry = arguments.Contains("--quick") ? 60 : 1;
        // The schedule of the whole study, of which these are the first steps: all of them short windows.
        SpanCorruptionRecipe study = SpanStudy.Recipe, recipe = study with { Context = study.ShortContext, Batch = study.Batch * study.Context / study.ShortContext, ShortShare = 0 };
        var report = new Report("span-starts", "T5: where attention looks at first", "learning/text.md");
        var texts = new SpanTexts((ulong)recipe.Seed);
        SequenceFrame frame = SpanStudy.Kept.Frame;
        SpanCorruptionWindows train = recipe.NewViews(Books.Backend, texts.TrainTokens(frame), frame), book = recipe.NewViews(Books.Backend, texts.BookTokens(frame), frame);
        var words = new WrittenTokens(frame.Vocabulary, frame.Padding, frame.IsWord);
        report.Text(string.Create(CultureInfo.InvariantCulture, $"The first {Steps / hurry} steps of the section “T5: spans cut out and written again”, windows of {recipe.Context} tokens, with attention that begins focused (near tokens; from decoder to encoder tokens that are alike) and nearly even, as T5's does. "
            + $"Loss of the words of spans on {Books.HeldOutBook}, and when the encoder reads another window than that whose spans are written: who does not look at it loses nothing."));
        report.Head("attention begins", "steps", "loss", "loss, reading another window", "seconds", "TFLOP");
        double even = Learn("even", focused: false), focused = Learn("focused", focused: true);
        report.EndTable();
        report.Goal("focused: perplexity, over that when reading another window", focused, Wanted);
        report.Goal("focused over even: that share", focused / even, Wanted);
        report.Save("NATIVESSL_DATA=… dotnet run -c Release --project Bench -- span-starts");

        double Learn(string name, bool focused)
        {
            TextToText objective = (recipe with { Focused = focused }).NewObjective(new Init(Books.Backend, (ulong)recipe.Seed), frame);
            double share = 1;
            RecipeTraining.Run(objective, recipe, recipe.NewOptimizer, train, Steps / Looks / hurry, (step, cost) =>
            {
                (double own, double strange) = (words.Loss(objective, book), words.Loss(objective, new StrangeInputs(book)));
                share = Math.Exp(own - strange);
                report.Row(name, $"{step}", own.ToString("F3", CultureInfo.InvariantCulture), strange.ToString("F3", CultureInfo.InvariantCulture),
                    cost.Seconds.ToString("F0", CultureInfo.InvariantCulture), (cost.Flops!.Value / 1e12).ToString("F0", CultureInfo.InvariantCulture));
            }, Steps / hurry);
            return share;
        }
    }
}
