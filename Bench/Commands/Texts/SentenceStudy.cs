using System.Globalization;
using NativeSsl.Bench.Measure;

namespace NativeSsl.Bench.Commands.Texts;

/// <summary>SimCSE on the encoder of masked words: does the cosine of two sentences agree with people? Beside the encoder before, counted words, and the ablations.</summary>
static class SentenceStudy
{
    const double Wanted = 5, WantedOfDropout = 2, WantedOfPeople = 2;

    public static void Run(string[] arguments)
    {
        SimCseRecipe recipe = ProgramRecipe.Of<SimCseRecipe>("simcse").Beginning(Books.Kept, MaskedStudy.ForTasks) with
            { LearningRate = 1e-3, WarmUp = 30, Batch = 128, Temperature = 0.1, Pooling = "mean", Dropout = 0.1, Steps = arguments.Contains("--quick") ? 20 : 300 };
        var report = new Report("sentences", "SimCSE: sentences by their cosine", "learning/text.md");
        var start = new Pretrained();
        TextParts<Sick> sick = Sick.Read(Path.Combine(Books.Data, "sick"));
        TextPairs images = SimilarityPairs.Read(Path.Combine(Books.Data, "sts14_images", "sts.tsv"));
        DocumentSet sentences = start.Books.Of(sick.Train.Relatedness.Firsts.Concat(sick.Train.Relatedness.Seconds).Distinct());
        DocumentSet entailed = start.Books.Of(sick.Train.Entailed);
        report.Text(string.Create(CultureInfo.InvariantCulture, $"SimCSE without labels on {sentences.SegmentCount:N0} sentences (of SICK's training pairs, each once, without what people said of them), {recipe.Steps} steps of {recipe.Batch}, temperature "
            + $"{recipe.Temperature}, rate {recipe.LearningRate}. Spearman's correlation of cosines with what people say, × 100; SICK's test pairs ({sick.Test.Relatedness.Count:N0}) and STS 2014 images ({images.Count}), neither of which anything was chosen by: text, rate, batch and temperature were, by SICK's trial pairs. Entailments are the {entailed.Documents.Count:N0} training pairs whose second sentence follows from the first, as people said."));
        var seeds = SeedRuns.For(arguments, report);
        report.Text($"± is the 95 % interval over {seeds.Count} seeds, which draw batches and dropout; the encoder at the beginning is the same.");
        report.Head("sentence embedding", "SICK", "STS images", "mean cosine", "alignment", "uniformity", "seconds", "TFLOP");

        TfIdf words = TfIdf.Fit(sick.Train.Relatedness.Firsts.Concat(sick.Train.Relatedness.Seconds));
        Row(report, "TF-IDF", One(texts => words.Transform(texts).ToTensor(Books.Backend)));
        Bert before = start.Copy(), random = start.NewEncoder(1);
        Row(report, "random encoder, mean over tokens", One(Embed(start, random, TextPooling.Mean)));
        Row(report, "masked words, first token", One(Embed(start, before, TextPooling.FirstToken)));
        double meanPooled = Row(report, "masked words, mean over tokens", One(Embed(start, before, TextPooling.Mean)));
        double Learned(string name, SimCseRecipe variant, DocumentSet text) => Row(report, name, seeds.Of(name, seed =>
        {
            SimCseRecipe own = variant with { Seed = variant.Seed + seed };
            SimCse objective = own.NewObjective(new Init(Books.Backend, (ulong)own.Seed), start.Books.Marks.Vocabulary);
            objective.Encoder.CopyFrom(start.Copy().NamedTensors());
            Cost cost = RecipeTraining.Run(objective, own, own.NewOptimizer, own.NewViews(Books.Backend, text, start.Books.Marks));
            return (Scores(Embed(start, (Bert)objective.Encoder, TextPooling.Mean)), cost);
        }));
        double[] Scores(Func<IReadOnlyList<string>, Tensor> embed)
        {
            SentenceScores scores = SentenceSimilarity.Of(sick.Test.Relatedness, embed), others = SentenceSimilarity.Of(images, embed);
            return [100 * scores.Spearman, 100 * others.Spearman, scores.Anisotropy, scores.Alignment ?? double.NaN, scores.Uniformity];
        }
        (Score[], Cost) One(Func<IReadOnlyList<string>, Tensor> embed) => ([.. Scores(embed).Select(Score.FromDouble)], default);
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

    static double Row(Report report, string name, (Score[] Figures, Cost Each) measured)
    {
        report.Row([name, .. measured.Figures.Take(2).Select(points => SeedRuns.Show(points)), .. measured.Figures.Skip(2).Select(figure => double.IsNaN(figure.Mean) ? "" : figure.Mean.ToString("F2", CultureInfo.InvariantCulture)),
            SeedRuns.Seconds(measured.Each), SeedRuns.TeraFlops(measured.Each)]);
        return measured.Figures[0].Mean;
    }
}
