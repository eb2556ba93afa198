using System.Globalization;
using NativeSsl.Bench.Measure;

namespace NativeSsl.Bench.Commands.Texts;

/// <summary>
/// The same question to T5's encoder: after spans cut out of sentences of one language, or of a sentence and its translation one behind the other, so that a span can be read off the other language
/// (Chi et al. 2021, “mT6”: translation pair span corruption); and after writing each sentence in the other language (its task machine translation; Artetxe &amp; Schwenk 2019), with the ablation that writes the translation of another one.
/// </summary>
static class BilingualSpanStudy
{
    const double Wanted = 10;

    // As small as the encoder of masked words; chosen on the validation part.
    static readonly SpanCorruptionRecipe Recipe = ProgramRecipe.Of<SpanCorruptionRecipe>("t5-gutenberg") with { Layers = 2, Width = 128, HeadWidth = 32, Hidden = 512, Batch = 64, Steps = 6000, WarmUp = 300, NoiseDensity = 0.3, MeanSpan = 2 };

    public static void Run(string[] arguments)
    {
        bool choosing = arguments.Contains("--validation");
        int hurry = arguments.Contains("--quick") ? 100 : 1;
        SpanCorruptionRecipe recipe = Recipe with { Steps = Recipe.Steps / hurry, WarmUp = Recipe.WarmUp / hurry };
        var report = new Report("bilingual-spans", "English and French in one T5", "learning/text.md");
        var texts = new BilingualTexts(MaskedStudy.Recipe, parts => choosing ? parts.Validation : parts.Test);
        var seeds = SeedRuns.For(arguments, report);
        var frame = new SequenceFrame(texts.Tokenizer);
        report.Text(string.Create(CultureInfo.InvariantCulture, $"Pairs and tokens of the section “English and French in one encoder”; T5 {recipe.Layers} + {recipe.Layers} × {recipe.Width}, steps of {recipe.Batch} samples, {100 * recipe.NoiseDensity:F0} % cut out in spans of {recipe.MeanSpan}. What finds is its encoder. {texts.Question} ± is the 95 % interval over {seeds.Count} seeds of a shorter run."));
        report.Head(BilingualTexts.Columns);
        double letters = texts.Counted(report);
        texts.Row(report, "random weights", Reads(recipe.NewObjective(new Init(Books.Backend, (ulong)recipe.Seed), frame)));

        double Spans(string name, params IEnumerable<int[]>[] samples) => Learn(name,
            seed => new SpanCorruptionTexts(Books.Backend, [.. samples.SelectMany(some => some).Where(text => text.Length > 1)], recipe.Corruption(frame), frame.Padding, recipe.Batch, seed));

        // Both ways, and without saying which: of two languages the other one is meant.
        double Written(string name, (int[] First, int[] Second)[] pairs) => Learn(name, seed => new SequencePairs(Books.Backend,
            [.. pairs.SelectMany(pair => new (int[], int[])[] { ([.. pair.First, frame.End], [.. pair.Second, frame.End]), ([.. pair.Second, frame.End], [.. pair.First, frame.End]) })], frame.Padding, recipe.Batch, seed));

        double Learn(string name, Func<ulong, IViewSource> views) => texts.Learn(report, name, recipe, seeds, own =>
        {
            TextToText objective = own.NewObjective(new Init(Books.Backend, (ulong)own.Seed), frame);
            Cost cost = RecipeTraining.Run(objective, own, own.NewOptimizer, views((ulong)own.Seed));
            return (Reads(objective), cost);
        });
        IEnumerable<int[]> english = texts.Pairs.Select(pair => pair.First), french = texts.Pairs.Select(pair => pair.Second);
        Spans("English sentences, spans", english);
        double alone = Spans("English or French sentences, spans", english, french);
        Spans("the same, and sentences with their translations, spans", english, french, texts.Pairs.Select(pair => (int[])[.. pair.First, .. pair.Second]));
        double apart = Written("the translation of another sentence, written", texts.Strangers), together = Written("the translation, written", texts.Pairs);
        report.EndTable();
        report.GoalAtLeast("T5, retrieval both ways: writing translations above spans of single sentences, points", together - alone, Wanted);
        report.GoalAtLeast("T5, retrieval both ways: writing translations above writing those of other sentences, points", together - apart, Wanted);
        report.GoalAtLeast("T5, retrieval both ways: writing translations above letters in common, points", together - letters, Wanted);
        if (!choosing) report.Save("NATIVESSL_DATA=… dotnet run -c Release --project Bench -- bilingual-spans");

        Func<IReadOnlyList<string>, Tensor> Reads(TextToText objective) => sentences => TextFeatures.Of(objective.Model, frame, sentences);
    }
}
