using System.Globalization;
using NativeSsl.Bench.Measure;

namespace NativeSsl.Bench.Commands.Texts;

/// <summary>SimCSE on the encoder of masked words: does the cosine of two sentences agree with people? Beside the encoder before, counted words, and the ablations.</summary>
static class SentenceStudy
{
    const double Wanted = 5, WantedOfDropout = 2, WantedOfPeople = 2;

    public static void Run(string[] arguments)
    {
        SimCseRecipe recipe = ProgramRecipe.Of<SimCseRecipe>("simcse").Beginning(Books.Kept, MaskedStudy.Recipe) with
            { LearningRate = 1e-3, WarmUp = 30, Batch = 128, Temperature = 0.1, Pooling = "mean", Dropout = 0.1, Steps = arguments.Contains("--quick") ? 20 : 300 };
        var report = new Report("sentences", "SimCSE: sentences by their cosine", "learning/text.md");
        var start = new Pretrained();
        TextParts<Sick> sick = Sick.Read(Path.Combine(Books.Data, "sick"));
        TextPairs images = SimilarityPairs.Read(Path.Combine(Books.Data, "sts14_images", "sts.tsv"));
        DocumentSet sentences = start.Books.Of(sick.Train.Relatedness.Firsts.Concat(sick.Train.Relatedness.Seconds).Distinct());
        DocumentSet entailed = start.Books.Of(sick.Train.Entailed);
        report.Text(string.Create(CultureInfo.InvariantCulture, $"SimCSE without labels on {sentences.SegmentCount:N0} sentences (of SICK's training pairs, each once, without what people said of them), {recipe.Steps} steps of {recipe.Batch}, temperature "
            + $"{recipe.Temperature}, rate {recipe.LearningRate}. Spearman's correlation of cosines with what people say, × 100; SICK's test pairs ({sick.Test.Relatedness.Count:N0}) and STS 2014 images ({images.Count}), neither of which anything was chosen by: text, rate, batch and temperature were, by SICK's trial pairs. Entailments are the {entailed.Documents.Count:N0} training pairs whose second sentence follows from the first, as people said."));
        report.Head("sentence embedding", "SICK", "STS images", "mean cosine", "alignment", "uniformity", "seconds", "TFLOP");

        TfIdf words = TfIdf.Fit(sick.Train.Relatedness.Firsts.Concat(sick.Train.Relatedness.Seconds));
        Row(report, "TF-IDF", sick, images, texts => words.Transform(texts).ToTensor(Books.Backend), default);
        Bert before = start.Copy(), random = start.NewEncoder(1);
        Row(report, "random encoder, mean over tokens", sick, images, Embed(start, random, TextPooling.Mean), default);
        Row(report, "masked words, first token", sick, images, Embed(start, before, TextPooling.FirstToken), default);
        double meanPooled = Row(report, "masked words, mean over tokens", sick, images, Embed(start, before, TextPooling.Mean), default);
        double Learned(string name, SimCseRecipe variant, DocumentSet text)
        {
            SimCse objective = variant.NewObjective(new Init(Books.Backend, (ulong)variant.Seed), start.Books.Marks.Vocabulary);
            objective.Encoder.CopyFrom(start.Copy().NamedTensors());
            Cost cost = RecipeTraining.Run(objective, variant, variant.NewOptimizer, variant.NewViews(Books.Backend, text, start.Books.Marks));
            return Row(report, name, sick, images, Embed(start, (Bert)objective.Encoder, TextPooling.Mean), cost);
        }
        double learned = Learned("SimCSE", recipe, sentences), oneMask = Learned("SimCSE, one mask for both readings", recipe with { SameDropout = true }, sentences);
        double noDropout = Learned("SimCSE, no dropout", recipe with { Dropout = 0 }, sentences);
        double taught = Learned("SimCSE, entailments instead of second readings", recipe with { Samples = SimCseRecipe.OfLines }, entailed);
        report.EndTable();
        report.GoalAtLeast("SICK: SimCSE above the encoder of masked words, mean over tokens, points", learned - meanPooled, Wanted);
        report.GoalAtLeast("SICK: dropout as noise above one mask for both, points", learned - oneMask, WantedOfDropout);
        report.GoalAtLeast("SICK: dropout as noise above none, points", learned - noDropout, WantedOfDropout);
        report.GoalAtLeast("SICK: entailments above second readings, points", taught - learned, WantedOfPeople);
        report.Save("NATIVESSL_DATA=… dotnet run -c Release --project Bench -- sentences");
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
