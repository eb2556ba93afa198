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
        SequenceFrame frame = SpanStudy.FrameOf(texts);
        int[] text = texts.TrainTokens(frame);
        SpanCorruptionWindows book = recipe.NewViews(Books.Backend, texts.BookTokens(frame), frame);
        var words = new WrittenTokens(frame.Vocabulary, frame.Padding, frame.IsWord);
        report.Text(string.Create(CultureInfo.InvariantCulture, $"The first {Steps / hurry} steps of the section “T5: spans cut out and written again”, windows of {recipe.Context} tokens, with attention that begins focused (near tokens; from decoder to encoder tokens that are alike) and nearly even, as T5's does. "
            + $"Loss of the words of spans on {Books.HeldOutBook}, and when the encoder reads another window than that whose spans are written: who does not look at it loses nothing."));
        var seeds = SeedRuns.For(arguments, report);
        report.Text($"Small networks: the mean of {seeds.Count} seeds, which draw first values and windows, and its 95 % interval.");
        report.Head("T5", "attention begins", "steps", "loss", "loss, reading another window", "seconds", "TFLOP");
        SpanCorruptionRecipe small = recipe with { Layers = 2, Width = 128, HeadWidth = 32, Hidden = 512 };
        double evenSmall = LearnSmall("even", focused: false), focusedSmall = LearnSmall("focused", focused: true);
        double even = Learn("even", focused: false), focused = Learn("focused", focused: true);
        report.EndTable();
        report.Goal("small networks, focused: perplexity, over that when reading another window", focusedSmall, Wanted);
        report.Goal("small networks, focused over even: that share", focusedSmall / evenSmall, Wanted);
        report.Goal("focused: perplexity, over that when reading another window", focused, Wanted);
        report.Goal("focused over even: that share", focused / even, Wanted);
        report.Save("NATIVESSL_DATA=… dotnet run -c Release --project Bench -- span-starts");

        double LearnSmall(string name, bool focused)
        {
            var (figures, each) = seeds.Of(name, seed =>
            {
                TextToText? objective = null;
                Cost took = Train(small with { Focused = focused, Seed = small.Seed + seed }, 0, (trained, _, _) => objective = trained);
                return ([words.Loss(objective!, book), words.Loss(objective!, new StrangeInputs(book))], took);
            });
            Row(small, name, Steps / hurry, SeedRuns.Show(figures[0], "F3"), SeedRuns.Show(figures[1], "F3"), each);
            return Math.Exp(figures[0].Mean - figures[1].Mean);
        }

        double Learn(string name, bool focused)
        {
            double share = 1;
            Train(recipe with { Focused = focused }, Steps / Looks / hurry, (objective, step, cost) =>
            {
                (double own, double strange) = (words.Loss(objective, book), words.Loss(objective, new StrangeInputs(book)));
                share = Math.Exp(own - strange);
                Row(recipe, name, step, own.ToString("F3", CultureInfo.InvariantCulture), strange.ToString("F3", CultureInfo.InvariantCulture), cost);
            });
            return share;
        }

        Cost Train(SpanCorruptionRecipe how, int every, Action<TextToText, long, Cost> look)
        {
            TextToText objective = how.NewObjective(new Init(Books.Backend, (ulong)how.Seed), frame);
            IViewSource own = how.NewViews(Books.Backend, text, frame);
            return RecipeTraining.Run(objective, how, how.NewOptimizer, own, every, (step, cost) => look(objective, step, cost), Steps / hurry);
        }

        void Row(SpanCorruptionRecipe how, string name, long step, string own, string strange, Cost cost) =>
            report.Row($"{how.Layers} + {how.Layers} × {how.Width}", name, $"{step}", own, strange, SeedRuns.Seconds(cost), SeedRuns.TeraFlops(cost));
    }
}
