using System.Globalization;
using NativeSsl.Bench.Measure;

namespace NativeSsl.Bench.Commands.Texts;

/// <summary>
/// One encoder for English and French: do a sentence and its translation find each other by the cosine of their features, after samples of both languages (TLM, Lample &amp; Conneau 2019), after samples
/// of one language each, and after the ablation whose samples hold a sentence and the translation of another one?
/// </summary>
static class BilingualStudy
{
    const double Wanted = 10;

    // Small, so that it cannot keep the languages apart (Dufter & Schütze 2020, “Identifying elements essential for BERT's multilinguality”); steps, rate, share and first values were chosen on the validation part.
    static readonly MaskedWordsRecipe Recipe = MaskedStudy.Recipe with { Layers = 2, Width = 128, Context = 48, Batch = 64, Steps = 6000, WarmUp = 300, LearningRate = 2e-3, MaskedShare = 0.4 };
    const float Passes = 0.7f;

    public static void Run(string[] arguments)
    {
        MaskedWordsRecipe recipe = arguments.Contains("--quick") ? Recipe with { Steps = 10, WarmUp = 1 } : Recipe;
        var report = new Report("bilingual", "English and French in one encoder", "learning/text.md");
        var texts = new BilingualTexts(recipe, parts => parts.Test);
        var seeds = SeedRuns.For(arguments, report);
        TextMarks marks = TextMarks.Of(texts.Tokenizer);
        report.Text(string.Create(CultureInfo.InvariantCulture, $"{texts.Pairs.Length:N0} pairs of Tatoeba's English and French sentences; one tokenizer (WordPiece, {marks.Vocabulary} tokens) trained on both; {recipe.Layers} layers of {recipe.Width}, steps "
            + $"of {recipe.Batch} samples of up to {recipe.Context} tokens, {100 * recipe.MaskedShare:F0} % of them covered. The encoder is not told which language it reads; behind a sentence positions count anew. The attention of all heads begins focused and passes on what it sees. {texts.Question} ± is the 95 % interval over {seeds.Count} seeds of a shorter run."));
        report.Head(BilingualTexts.Columns);
        double letters = texts.Counted(report);
        texts.Row(report, "random encoder", Reads(New(recipe, marks)));

        double Learn(string name, (int[], int[])[] learned, TranslationSamples samples) => texts.Learn(report, name, recipe, seeds, own =>
        {
            MaskedWords objective = New(own, marks);
            var views = new TranslationPairs(Books.Backend, learned, marks,
                new() { Context = own.Context, Batch = own.Batch, Seed = (ulong)own.Seed, Masking = Masking.Roberta(own.MaskedShare) }, samples);
            Cost cost = RecipeTraining.Run(objective, own, own.NewOptimizer, views);
            return (Reads(objective), cost);
        });
        Learn("English sentences", texts.English, TranslationSamples.Alone);
        double alone = Learn("English or French sentences", texts.Pairs, TranslationSamples.Alone);
        double apart = Learn("the same, and pairs of sentences that are no translations", texts.Strangers, TranslationSamples.Both);
        double together = Learn("the same, and sentences with their translations", texts.Pairs, TranslationSamples.Both);
        report.EndTable();
        report.GoalAtLeast("retrieval both ways: with translations above single sentences, points", together - alone, Wanted);
        report.GoalAtLeast("retrieval both ways: with translations above pairs that are none, points", together - apart, Wanted);
        report.GoalAtLeast("retrieval both ways: with translations above letters in common, points", together - letters, Wanted);
        report.Save("NATIVESSL_DATA=… dotnet run -c Release --project Bench -- bilingual");

        Func<IReadOnlyList<string>, Tensor> Reads(MaskedWords objective) => sentences => TextFeatures.Of(objective.Encoder, TextFrame.Of(texts.Tokenizer), sentences);
    }

    static MaskedWords New(MaskedWordsRecipe recipe, TextMarks marks)
    {
        var init = new Init(Books.Backend, (ulong)recipe.Seed);
        var encoder = new Bert(new() { Vocabulary = marks.Vocabulary, Context = recipe.Context, Layers = recipe.Layers, Heads = recipe.Heads, Width = recipe.Width, Dropout = 0f, Segments = 1, AnewBehind = marks.Separator, Epsilon = 1e-5f }, init);
        encoder.BeginFocused(recipe.Heads, Passes);
        return new(encoder, new MaskedHead(init, recipe.Width, marks.Vocabulary, encoder.Sizes.Epsilon));
    }
}
