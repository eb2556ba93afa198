using System.Globalization;
using NativeSsl.Bench.Measure;

namespace NativeSsl.Bench.Commands.Texts;

/// <summary>
/// The encoder of Gutenberg's books goes on in another field: how much better it guesses there, and what it forgets. Gururangan et al. 2020, “Don't stop pretraining”, section 3: in fields far from those
/// of RoBERTa's pretraining its loss of covered words falls by 0.30 (biomedicine) and 0.29 (computer science), to 0.74 and 0.75 of the perplexity.
/// </summary>
static class AdaptationStudy
{
    const int Steps = 500;
    const double Wanted = 0.75;

    // Of four batches one is an old one.
    const int Rehearsed = 4;
    const double WantedRehearsed = 1.25;

    // Every tenth article is kept apart.
    const int Part = 10;

    public static void Run(string[] arguments)
    {
        int steps = arguments.Contains("--quick") ? 8 : Steps;
        var report = new Report("adaptation", "Another field: masked words go on", "learning/text.md");
        Books books = Books.WithEncoder(new Books(MaskedStudy.Recipe), "masked-words");
        report.Text($"The encoder of the section Masked words goes on for {steps} steps in another field, at half the rate; the same steps from scratch in that field are the control. With rehearsal every {Rehearsed}th of these steps has samples of the books again. The tokenizer stays that of Gutenberg's "
            + "books. Perplexity of covered words, in the same places for all, of texts kept apart: of the field (SciTLDR: the abstracts of its dev file; WikiText: every tenth article of the validation file), and of "
            + $"{Books.HeldOutBook}. Word counts are those of the field's training texts, and of the books.");
        report.Head("field", "encoder", "perplexity in the field", $"perplexity of {Books.HeldOutBook}", "seconds", "TFLOP");

        string papers = Path.Combine(Books.Data, "scitldr_a");
        Field(report, books, "abstracts (SciTLDR)", Abstracts(Path.Combine(papers, "train.jsonl")), Abstracts(Path.Combine(papers, "dev.jsonl")), steps);
        WikiArticle[] articles = [.. WikiText.Read(Path.Combine(Books.Data, "wikitext2_valid", "wiki.valid.tokens"))];
        Field(report, books, "articles (WikiText-2, validation)", articles.Where((_, i) => i % Part != Part - 1).SelectMany(article => article.Paragraphs),
            articles.Where((_, i) => i % Part == Part - 1).SelectMany(article => article.Paragraphs), steps);
        report.EndTable();
        report.Save("NATIVESSL_DATA=… dotnet run -c Release --project Bench -- adaptation");
    }

    static IEnumerable<string> Abstracts(string file) => SciTldr.Read(file).Sources.Select(sentences => string.Join(' ', sentences));

    static void Field(Report report, Books books, string name, IEnumerable<string> texts, IEnumerable<string> keptApart, int steps)
    {
        DocumentSet train = books.Of(texts), heldOut = books.Of(keptApart);
        MaskedWordsRecipe recipe = MaskedStudy.Recipe with { Steps = steps, WarmUp = steps / 10 };
        MaskedRun kept = Begin(), rehearsing = Begin();
        MaskedViews there = recipe.NewViews(Books.Backend, heldOut, books.Marks, duplicates: 1);

        double Counted(DocumentSet text, MaskedViews views) => Math.Exp(new WordFrequencies(text, books.Marks.Vocabulary).Loss(views).Loss);
        Row(report, name, "word counts", Counted(train, there), Counted(books.Train, kept.Validation), default);
        (double before, double gutenberg) = Judge("before", kept);
        kept.Train(steps, _ => { });
        (double after, double forgotten) = Judge("gone on", kept);
        rehearsing.Train(steps, _ => { }, new Rehearsal(rehearsing.Views, new MaskedRun(books, recipe).Views, Rehearsed));
        (double rehearsed, double remembered) = Judge($"gone on, every {Rehearsed}th batch from the books", rehearsing);
        // With random weights a steep rise to that rate turns all features one way, and nothing but word counts is learned.
        var fresh = new MaskedRun(books, recipe with { WarmUp = Math.Min(MaskedStudy.Recipe.WarmUp, steps / 2) }, train);
        fresh.Train(steps, _ => { });
        (double scratch, _) = Judge("from scratch", fresh);
        report.Goal($"{name}: perplexity after going on, over before", after / before, Wanted);
        report.Goal($"{name}: perplexity after going on, over from scratch", after / scratch, Wanted);
        report.Goal($"{name}: perplexity of {Books.HeldOutBook} after going on, over before", forgotten / gutenberg, 2);
        report.Goal($"{name}, with rehearsal: perplexity after going on, over before", rehearsed / before, Wanted);
        report.Goal($"{name}, with rehearsal: perplexity of {Books.HeldOutBook} after going on, over before", remembered / gutenberg, WantedRehearsed);

        MaskedRun Begin()
        {
            var run = new MaskedRun(books, recipe with { LearningRate = recipe.LearningRate / 2 }, train);
            run.Objective.CopyFrom(Safetensors.Load(books.Weights, Books.Backend).Select(entry => (entry.Key, entry.Value)));
            return run;
        }

        (double There, double Book) Judge(string encoder, MaskedRun run)
        {
            (double field, double book) = (Math.Exp(run.Objective.MeanLoss(Books.Backend, there)), Math.Exp(run.Loss(run.Objective)));
            Row(report, name, encoder, field, book, run.Cost);
            return (field, book);
        }
    }

    static void Row(Report report, string field, string encoder, double there, double book, Cost cost)
    {
        string Show(double value, string format) => value > 0 ? value.ToString(format, CultureInfo.InvariantCulture) : "";
        report.Row(field, encoder, Show(there, "F1"), Show(book, "F1"), Show(cost.Seconds, "F0"), Show((cost.Flops ?? 0) / 1e12, "F0"));
    }
}
