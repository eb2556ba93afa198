using System.Globalization;
using NativeSsl.Bench.Measure;

namespace NativeSsl.Bench.Commands.Texts;

/// <summary>SimCSE on the encoder of masked words: does the cosine of two sentences agree with people? Beside the encoder before, counted words, and the ablations.</summary>
static class SentenceStudy
{
    const double Wanted = 5, WantedOfDropout = 2;

    public static void Run(string[] arguments)
    {
        SimCseRecipe recipe = ProgramRecipe.Of<SimCseRecipe>("simcse").Beginning(Books.Kept, MaskedStudy.Recipe) with
            { LearningRate = 1e-3, WarmUp = 30, Batch = 128, Pooling = "mean", Dropout = 0.1, Steps = arguments.Contains("--quick") ? 20 : 300 };
        var report = new Report("sentences", "SimCSE: sentences by their cosine", "learning/text.md");
        var start = new Pretrained();
        TextParts<Sick> sick = Sick.Read(Path.Combine(Books.Data, "sick"));
        TextPairs images = SimilarityPairs.Read(Path.Combine(Books.Data, "sts14_images", "sts.tsv"));
        DocumentSet sentences = start.Books.Of(sick.Train.Relatedness.Firsts.Concat(sick.Train.Relatedness.Seconds).Distinct());
        report.Text(string.Create(CultureInfo.InvariantCulture, $"SimCSE without labels on {sentences.SegmentCount:N0} sentences (of SICK's training pairs, each once, without what people said of them), {recipe.Steps} steps of {recipe.Batch}, temperature "
            + $"{recipe.Temperature}, rate {recipe.LearningRate}. Spearman's correlation of cosines with what people say, × 100; SICK's test pairs ({sick.Test.Relatedness.Count:N0}) and STS 2014 images ({images.Count}), neither of which anything was chosen by: text, rate and batch were, by SICK's trial pairs."));
        report.Head("sentence embedding", "SICK", "STS images", "mean cosine", "alignment", "uniformity", "seconds", "TFLOP");

        TfIdf words = TfIdf.Fit(sick.Train.Relatedness.Firsts.Concat(sick.Train.Relatedness.Seconds));
        Row(report, "TF-IDF", sick, images, texts => words.Transform(texts).ToTensor(Books.Backend), default);
        Bert before = start.Copy(), random = start.NewEncoder(1);
        Row(report, "random encoder, mean over tokens", sick, images, Embed(start, random, TextPooling.Mean), default);
        Row(report, "masked words, first token", sick, images, Embed(start, before, TextPooling.FirstToken), default);
        double meanPooled = Row(report, "masked words, mean over tokens", sick, images, Embed(start, before, TextPooling.Mean), default);
        Dictionary<string, double> reached = [];
        foreach (var (name, options) in new (string, Func<SimCseRecipe, SimCseRecipe>)[]
        {
            ("SimCSE", r => r), ("SimCSE, one mask for both readings", r => r with { SameDropout = true }), ("SimCSE, no dropout", r => r with { Dropout = 0 }),
        })
        {
            SimCseRecipe variant = options(recipe);
            SimCse objective = variant.NewObjective(new Init(Books.Backend, (ulong)variant.Seed), start.Books.Marks.Vocabulary);
            objective.Encoder.CopyFrom(start.Copy().NamedTensors());
            Cost cost = Train(objective, variant, start.Books, sentences);
            reached[name] = Row(report, name, sick, images, Embed(start, (Bert)objective.Encoder, TextPooling.Mean), cost);
        }
        report.EndTable();
        report.GoalAtLeast("SICK: SimCSE above the encoder of masked words, mean over tokens, points", reached["SimCSE"] - meanPooled, Wanted);
        report.GoalAtLeast("SICK: dropout as noise above one mask for both, points", reached["SimCSE"] - reached["SimCSE, one mask for both readings"], WantedOfDropout);
        report.GoalAtLeast("SICK: dropout as noise above none, points", reached["SimCSE"] - reached["SimCSE, no dropout"], WantedOfDropout);
        report.Save("NATIVESSL_DATA=… dotnet run -c Release --project Bench -- sentences");
    }

    static Cost Train(SimCse objective, SimCseRecipe recipe, Books books, DocumentSet sentences)
    {
        var views = SentenceViews.Of(Books.Backend, sentences, books.Marks, recipe.Sentence, recipe.Batch, (ulong)recipe.Seed);
        return RecipeTraining.Run(objective, recipe, recipe.NewOptimizer, views);
    }

    static Func<IReadOnlyList<string>, Tensor> Embed(Pretrained start, Bert encoder, TextPooling pooling) => texts => TextFeatures.Of(encoder, start.Books.Frame, texts, pooling);

    static double Row(Report report, string name, TextParts<Sick> sick, TextPairs images, Func<IReadOnlyList<string>, Tensor> embed, Cost cost)
    {
        SentenceScores scores = SentenceSimilarity.Of(sick.Test.Relatedness, embed), others = SentenceSimilarity.Of(images, embed);
        string Show(double? value) => value?.ToString("F2", CultureInfo.InvariantCulture) ?? "";
        report.Row(name, Points(scores.Spearman), Points(others.Spearman), Show(scores.Anisotropy), Show(scores.Alignment), Show(scores.Uniformity),
            cost.Seconds > 0 ? cost.Seconds.ToString("F0", CultureInfo.InvariantCulture) : "", cost.Flops > 0 ? (cost.Flops.Value / 1e12).ToString("F0", CultureInfo.InvariantCulture) : "");
        return 100 * scores.Spearman;
    }

    static string Points(double correlation) => (100 * correlation).ToString("F1", CultureInfo.InvariantCulture);
}
