using System.Globalization;
using NativeSsl.Bench.Measure;

namespace NativeSsl.Bench.Commands.Texts;

/// <summary>BERT's second task, and ALBERT's in its place, on Gutenberg's books: do two texts follow each other, and in which order? Small networks of several seeds and a larger one, beside guessing and shared words.</summary>
static class NextSentenceStudy
{
    // A book is one document, and a text that does not follow comes from another document: of the one kept book there would be none.
    const int PartSentences = 100;
    const int SmallSteps = 1500, NextSteps = 3000, OrderSteps = 1500;
    const double WantedAboveWords = 5, WantedAboveChance = 10;

    public static void Run(string[] arguments)
    {
        (bool quick, bool whole) = (arguments.Contains("--quick"), arguments.Contains("--whole"));
        MaskedWordsRecipe recipe = ProgramRecipe.Of<MaskedWordsRecipe>("bert-gutenberg") with { Context = MaskedStudy.Recipe.Context, Batch = MaskedStudy.Recipe.Batch };
        var report = new Report("next-sentence", "Next sentences, and their order", "learning/text.md");
        var study = new Asked(report, SeedRuns.For(arguments, report), quick ? 100 : 1);
        study.Introduce();
        study.Task(recipe with { Pairs = "next", Steps = whole ? recipe.Steps : NextSteps }, "does it follow", judged: true);
        study.Task(recipe with { Pairs = "order", Steps = whole ? recipe.Steps : OrderSteps }, "in which order", judged: false);
        study.Save($"NATIVESSL_DATA=… dotnet run -c Release --project Bench -- next-sentence{(whole ? " --whole" : "")}");
    }

    static DocumentSet InParts(DocumentSet text) => new(text.Store, [.. text.Documents.SelectMany(document =>
    {
        // What is left over at the end joins the last part.
        int parts = Math.Max(1, (document.End - document.First) / PartSentences);
        return Enumerable.Range(0, parts).Select(i => (document.First + i * PartSentences, i + 1 < parts ? document.First + (i + 1) * PartSentences : document.End));
    })]);

    sealed class Asked(Report report, SeedRuns seeds, int hurry)
    {
        readonly Books _books = new(MaskedStudy.Recipe);

        public void Introduce()
        {
            report.Text($"The recipe bert-gutenberg in samples of half the length, twice as many of them, with fewer steps: covered words and pairs of texts, two losses added. Every {PartSentences} sentences of a book are a document. A text that does not follow comes from "
                + $"another document: in training most often from another book, of {Books.HeldOutBook}, which is kept apart, from elsewhere in it, which is harder. Accuracy on its pairs, none of whose sentences was trained on, with no word covered; "
                + $"of small networks the mean of {seeds.Count} seeds and its 95 % interval, of the larger one and of shared words that of as many independent pairs. Guessing has a half right, and who says the more frequent answer of every pair the share of that: where a document has one sentence left for a pair, its second text comes from elsewhere. Shared words: the cosine of rare words against a threshold from training pairs.");
            report.Head("asked", "told by", "steps", "pairs", "accuracy, %", "perplexity of covered words", "seconds", "TFLOP");
        }

        public void Task(MaskedWordsRecipe recipe, string asked, bool judged)
        {
            MaskedWordsRecipe larger = Shortened(recipe, recipe.Steps), small = Shortened(recipe with { Layers = 2, Width = 128 }, SmallSteps);
            DocumentSet train = InParts(_books.Train), heldOut = InParts(_books.HeldOut);
            MaskedRun Begin(MaskedWordsRecipe how) => new(_books, how, train, heldOut);
            MaskedViews pairs = Begin(small).Validation;
            double words = new WordOverlap(recipe.NewViews(Books.Backend, train, _books.Marks)).Accuracy(pairs);
            double one = SentencePairObjective.OneAnswer(pairs);
            Row("guessing", "", "50.0");
            Row("one answer for all", "", OfPairs(one));
            Row("shared words", "", OfPairs(words));
            var (figures, each) = seeds.Of(asked, seed =>
            {
                MaskedRun run = Begin(small with { Seed = small.Seed + seed });
                run.Train(0, _ => { });
                return ([((SentencePairObjective)run.Objective).Accuracy(pairs), run.Loss(run.Objective)], run.Cost);
            });
            Row($"{small.Layers} × {small.Width}", $"{small.Steps}", SeedRuns.Show(new(100 * figures[0].Mean, 100 * figures[0].HalfWidth, seeds.Count)), figures[1].Mean, each);
            MaskedRun longer = Begin(larger);
            double reached = 0;
            longer.Train((int)larger.Steps, step =>
            {
                reached = ((SentencePairObjective)longer.Objective).Accuracy(pairs);
                Row($"{larger.Layers} × {larger.Width}", $"{step}", OfPairs(reached), longer.Loss(longer.Objective), longer.Cost);
            });
            foreach (var (name, accuracy) in new[] { ("small networks", figures[0].Mean), ("the larger one", reached) })
            {
                report.GoalAtLeast($"{asked}: accuracy above guessing, points, {name}", 100 * (accuracy - 0.5), judged ? WantedAboveChance : WantedAboveChance / 2);
                report.GoalAtLeast($"{asked}: accuracy above one answer for all, points, {name}", 100 * (accuracy - one), WantedAboveWords);
                report.GoalAtLeast($"{asked}: accuracy above shared words, points, {name}", 100 * (accuracy - words), judged ? WantedAboveWords : WantedAboveChance / 2);
            }

            void Row(string by, string steps, string shown, double? loss = null, Cost cost = default) => report.Row(asked, by, steps, pairs.Count.ToString("N0", CultureInfo.InvariantCulture), shown,
                loss is { } known ? Math.Exp(known).ToString("F1", CultureInfo.InvariantCulture) : "", SeedRuns.Seconds(cost), SeedRuns.TeraFlops(cost));

            string OfPairs(double share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share:F1} ± {100 * 1.96 * Math.Sqrt(share * (1 - share) / pairs.Count):F1}");
        }

        MaskedWordsRecipe Shortened(MaskedWordsRecipe recipe, long steps) => recipe with { Steps = (int)steps / hurry, WarmUp = Math.Max(1, (int)steps / 10 / hurry) };

        public void Save(string command)
        {
            report.EndTable();
            report.Save(command);
        }
    }
}
