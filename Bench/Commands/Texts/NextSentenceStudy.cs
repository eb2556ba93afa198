using System.Globalization;
using NativeSsl.Bench.Measure;

namespace NativeSsl.Bench.Commands.Texts;

/// <summary>BERT's second task, and ALBERT's in its place, on Gutenberg's books: do two texts follow each other, and in which order? Beside guessing, shared words, and the same networks untrained.</summary>
static class NextSentenceStudy
{
    // A book is one document, and a text that does not follow comes from another document: of the one kept book there would be none.
    const int PartSentences = 100;
    const int NextSteps = 3000, OrderSteps = 1500;
    const double WantedAboveWords = 5, WantedAboveChance = 10;

    public static void Run(string[] arguments)
    {
        (bool quick, bool whole) = (arguments.Contains("--quick"), arguments.Contains("--whole"));
        MaskedWordsRecipe recipe = ProgramRecipe.Of<MaskedWordsRecipe>("bert-gutenberg") with { Context = MaskedStudy.Recipe.Context, Batch = MaskedStudy.Recipe.Batch };
        var report = new Report("next-sentence", "Next sentences, and their order", "learning/text.md");
        var books = new Books(MaskedStudy.Recipe);
        DocumentSet train = InParts(books.Train), heldOut = InParts(books.HeldOut);
        report.Text($"The recipe bert-gutenberg in samples of half the length, twice as many of them{(whole ? "" : ", with fewer steps")}: covered words and pairs of texts, two losses added. Every {PartSentences} sentences of a book are a document. A text that does not follow comes from "
            + $"another document: in training most often from another book, of {Books.HeldOutBook}, which is kept apart, from elsewhere in it, which is harder. Accuracy on its pairs, none of whose sentences was trained on; "
            + "half the 95 % interval behind it is that of as many independent pairs. Shared words: the cosine of rare words against a threshold from training pairs.");
        report.Head("asked", "told by", "steps", "pairs", "accuracy, %", "perplexity of covered words", "seconds", "TFLOP");
        Task(report, books, recipe with { Pairs = "next", Steps = quick ? 10 : whole ? recipe.Steps : NextSteps }, "does it follow", train, heldOut, judged: true);
        Task(report, books, recipe with { Pairs = "order", Steps = quick ? 10 : whole ? recipe.Steps : OrderSteps }, "in which order", train, heldOut, judged: false);
        report.EndTable();
        report.Save($"NATIVESSL_DATA=… dotnet run -c Release --project Bench -- next-sentence{(whole ? " --whole" : "")}");
    }

    static DocumentSet InParts(DocumentSet text) => new(text.Store, [.. text.Documents.SelectMany(document =>
    {
        // What is left over at the end joins the last part.
        int parts = Math.Max(1, (document.End - document.First) / PartSentences);
        return Enumerable.Range(0, parts).Select(i => (document.First + i * PartSentences, i + 1 < parts ? document.First + (i + 1) * PartSentences : document.End));
    })]);

    static void Task(Report report, Books books, MaskedWordsRecipe recipe, string asked, DocumentSet train, DocumentSet heldOut, bool judged)
    {
        recipe = recipe with { WarmUp = (int)recipe.Steps / 10 };
        var run = new MaskedRun(books, recipe, train, heldOut);
        var objective = (SentencePairObjective)run.Objective;
        int pairs = run.Validation.Count;
        double words = new WordOverlap(recipe.NewViews(Books.Backend, train, books.Marks)).Accuracy(run.Validation);
        report.Row(asked, "guessing", "", Count(pairs), "50.0", "", "", "");
        report.Row(asked, "shared words", "", Count(pairs), Accuracy(words, pairs), "", "", "");
        run.Train((int)recipe.Steps, step => report.Row(asked, $"{recipe.Layers} × {recipe.Width}", $"{step}", Count(pairs), Accuracy(objective.Accuracy(run.Validation), pairs),
            Math.Exp(run.Loss(objective)).ToString("F1", CultureInfo.InvariantCulture), run.Cost.Seconds.ToString("F0", CultureInfo.InvariantCulture),
            (run.Cost.Flops!.Value / 1e12).ToString("F0", CultureInfo.InvariantCulture)));
        double reached = objective.Accuracy(run.Validation);
        report.GoalAtLeast($"{asked}: accuracy above guessing, points", 100 * (reached - 0.5), judged ? WantedAboveChance : WantedAboveChance / 2);
        report.GoalAtLeast($"{asked}: accuracy above shared words, points", 100 * (reached - words), judged ? WantedAboveWords : WantedAboveChance / 2);
    }

    static string Count(int pairs) => pairs.ToString("N0", CultureInfo.InvariantCulture);

    static string Accuracy(double share, int pairs) =>
        string.Create(CultureInfo.InvariantCulture, $"{100 * share:F1} ± {100 * 1.96 * Math.Sqrt(share * (1 - share) / pairs):F1}");
}
