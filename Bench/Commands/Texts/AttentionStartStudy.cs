using System.Globalization;
using NativeSsl.Bench.Measure;

namespace NativeSsl.Bench.Commands.Texts;

/// <summary>An ablation: short runs of BERT and GPT whose attention begins nearly even at all positions, as published, and focused on near ones; several seeds.</summary>
static class AttentionStartStudy
{
    const double Wanted = -0.1;

    // 2 × 128, so that five seeds of both take minutes.
    static readonly MaskedWordsRecipe Masked = MaskedStudy.Recipe with { Layers = 2, Width = 128, Steps = 600 };

    // The first command of the README.
    static readonly TextRecipe Characters = ProgramRecipe.Of<TextRecipe>("built-in");

    public static void Run(string[] arguments)
    {
        int hurry = arguments.Contains("--quick") ? 20 : 1;
        var report = new Report("attention-starts", "BERT and GPT: where attention looks at first", "learning/text.md");
        var seeds = SeedRuns.For(arguments, report);
        report.Text($"Short runs of {seeds.Count} seeds, which draw first values and batches; mean and 95 % interval (Student's t). BERT: covered words of {Books.HeldOutBook} by the recipe of the section Masked words, smaller. GPT: characters of the built-in text's last tenth "
            + "by the recipe built-in. Focused: the table of positions, and the weights of queries and keys, are such that heads look at near positions before the first step (Bert.BeginFocused, Gpt.BeginFocused); even: as published.");
        report.Head("model", "attention begins", "steps", "loss", "perplexity of the mean", "seconds a run", "TFLOP a run");
        var books = new Books(MaskedStudy.Recipe);
        Compare(report, "BERT, masked words", Masked with { Steps = Masked.Steps / hurry, WarmUp = Masked.WarmUp / hurry }, seeds, (recipe, focused) =>
        {
            var run = new MaskedRun(books, recipe with { Focused = focused });
            run.Train(0, _ => { });
            return (run.Loss(run.Objective), run.Cost);
        });
        TextCorpus corpus = TextCorpus.BuiltIn();
        ITokenizer tokenizer = corpus.NewTokenizer(Characters.Tokenizer, Characters.Vocabulary);
        int[] train = tokenizer.Encode(corpus.Train), kept = tokenizer.Encode(corpus.Validation);
        Compare(report, "GPT, next characters", Characters with { Steps = Characters.Steps / hurry, WarmUp = Characters.WarmUp / hurry }, seeds, (recipe, focused) =>
        {
            var objective = new NextToken((recipe with { Focused = focused }).NewModel(new Init(Books.Backend, (ulong)recipe.Seed), tokenizer.VocabularySize));
            Cost cost = RecipeTraining.Run(objective, recipe, recipe.NewOptimizer, new TokenWindows(Books.Backend, train, recipe.Context, recipe.Batch, (ulong)recipe.Seed));
            return (objective.MeanLoss(Books.Backend, new TokenWindows(Books.Backend, kept, recipe.Context, recipe.Batch, 0)), cost);
        });
        report.EndTable();
        report.Save("NATIVESSL_DATA=… dotnet run -c Release --project Bench -- attention-starts");
    }

    static void Compare<T>(Report report, string name, T recipe, SeedRuns seeds, Func<T, bool, (double Loss, Cost Cost)> train) where T : Recipe
    {
        Score even = Row(focused: false), focused = Row(focused: true);
        report.Goal($"{name}: loss, upper end of focused's interval less lower end of even's", focused.Mean + focused.HalfWidth!.Value - (even.Mean - even.HalfWidth!.Value), Wanted);

        Score Row(bool focused)
        {
            var (figures, each) = seeds.Of($"{name}, {(focused ? "focused" : "even")}", seed =>
            {
                var (value, took) = train(recipe with { Seed = recipe.Seed + seed }, focused);
                return ([value], took);
            });
            report.Row(name, focused ? "focused" : "even", $"{recipe.Steps}", SeedRuns.Show(figures[0], "F3"), Math.Exp(figures[0].Mean).ToString("F1", CultureInfo.InvariantCulture), SeedRuns.Seconds(each), SeedRuns.TeraFlops(each, "F1"));
            return figures[0];
        }
    }
}
