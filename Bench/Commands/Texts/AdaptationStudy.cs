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
        var seeds = SeedRuns.For(arguments, report);
        Books books = Books.WithEncoder(new Books(MaskedStudy.Recipe), "masked-words");
        report.Text($"The encoder of the section Masked words goes on for {steps} steps in another field, at half the rate; the same steps from scratch in that field are the control. With rehearsal every {Rehearsed}th of these steps has samples of the books again. The tokenizer stays that of Gutenberg's "
            + "books. Perplexity of covered words, in the same places for all, of texts kept apart: of the field (SciTLDR: the abstracts of its dev file; WikiText: every tenth article of the validation file), and of "
            + $"{Books.HeldOutBook}. Word counts are those of the field's training texts, and of the books.");
        report.Text($"Of what is trained the mean loss of {seeds.Count} seeds, which draw samples, masks and, from scratch, first values, its 95 % interval, and the perplexity of the mean.");
        report.Head("field", "encoder", "perplexity in the field", "loss", $"perplexity of {Books.HeldOutBook}", "loss", "seconds", "TFLOP");

        string papers = Path.Combine(Books.Data, "scitldr_a");
        Field(report, books, "abstracts (SciTLDR)", Abstracts(Path.Combine(papers, "train.jsonl")), Abstracts(Path.Combine(papers, "dev.jsonl")), steps, seeds);
        WikiArticle[] articles = [.. WikiText.Read(Path.Combine(Books.Data, "wikitext2_valid", "wiki.valid.tokens"))];
        Field(report, books, "articles (WikiText-2, validation)", articles.Where((_, i) => i % Part != Part - 1).SelectMany(article => article.Paragraphs),
            articles.Where((_, i) => i % Part == Part - 1).SelectMany(article => article.Paragraphs), steps, seeds);
        report.EndTable();
        report.Save("NATIVESSL_DATA=… dotnet run -c Release --project Bench -- adaptation");
    }

    static IEnumerable<string> Abstracts(string file) => SciTldr.Read(file).Sources.Select(sentences => string.Join(' ', sentences));

    static void Field(Report report, Books books, string name, IEnumerable<string> texts, IEnumerable<string> keptApart, int steps, SeedRuns seeds)
    {
        DocumentSet train = books.Of(texts), heldOut = books.Of(keptApart);
        MaskedWordsRecipe recipe = MaskedStudy.Recipe with { Steps = steps, WarmUp = steps / 10 };
        MaskedViews there = recipe.NewViews(Books.Backend, heldOut, books.Marks, duplicates: 1);
        MaskedRun Begin(int seed)
        {
            var run = new MaskedRun(books, recipe with { LearningRate = recipe.LearningRate / 2, Seed = recipe.Seed + seed }, train);
            run.Objective.CopyFrom(Safetensors.Load(books.Weights, Books.Backend).Select(entry => (entry.Key, entry.Value)));
            return run;
        }
        MaskedRun before = Begin(0);

        double Counted(DocumentSet text, MaskedViews views) => new WordFrequencies(text, books.Marks.Vocabulary).Loss(views).Loss;
        Row(report, name, "word counts", Counted(train, there), Counted(books.Train, before.Validation), default);
        (double old, double gutenberg) = Judge("before", new SeedRuns(1), _ => before);
        (double after, double forgotten) = Judge("gone on", seeds, seed => Trained(Begin(seed)));
        (double rehearsed, double remembered) = Judge($"gone on, every {Rehearsed}th batch from the books", seeds, seed =>
        {
            MaskedRun run = Begin(seed);
            return Trained(run, new Rehearsal(run.Views, new MaskedRun(books, recipe with { Seed = recipe.Seed + seed }).Views, Rehearsed));
        });
        // With random weights a steep rise to that rate turns all features one way, and nothing but word counts is learned.
        (double scratch, _) = Judge("from scratch", seeds, seed => Trained(new MaskedRun(books, recipe with { WarmUp = Math.Min(MaskedStudy.Recipe.WarmUp, steps / 2), Seed = recipe.Seed + seed }, train)));
        report.Goal($"{name}: perplexity after going on, over before", Math.Exp(after - old), Wanted);
        report.Goal($"{name}: perplexity after going on, over from scratch", Math.Exp(after - scratch), Wanted);
        report.Goal($"{name}: perplexity of {Books.HeldOutBook} after going on, over before", Math.Exp(forgotten - gutenberg), 2);
        report.Goal($"{name}, with rehearsal: perplexity after going on, over before", Math.Exp(rehearsed - old), Wanted);
        report.Goal($"{name}, with rehearsal: perplexity of {Books.HeldOutBook} after going on, over before", Math.Exp(remembered - gutenberg), WantedRehearsed);

        MaskedRun Trained(MaskedRun run, IViewSource? views = null)
        {
            run.Train(steps, _ => { }, views);
            return run;
        }

        (double There, double Book) Judge(string encoder, SeedRuns runs, Func<int, MaskedRun> train)
        {
            var (losses, each) = runs.Of($"{name}, {encoder}", seed =>
            {
                MaskedRun run = train(seed);
                return ([run.Objective.MeanLoss(Books.Backend, there), run.Loss(run.Objective)], run.Cost);
            });
            Row(report, name, encoder, losses[0], losses[1], each);
            return (losses[0].Mean, losses[1].Mean);
        }
    }

    static void Row(Report report, string field, string encoder, Score there, Score book, Cost cost) =>
        report.Row(field, encoder, Perplexity(there), Spread(there), Perplexity(book), Spread(book), SeedRuns.Seconds(cost), SeedRuns.TeraFlops(cost));

    static string Perplexity(Score loss) => Math.Exp(loss.Mean).ToString("F1", CultureInfo.InvariantCulture);

    static string Spread(Score loss) => SeedRuns.Show(loss, "F3");
}
