using System.Globalization;
using NativeSsl.Bench.Measure;

namespace NativeSsl.Bench.Commands.Texts;

/// <summary>
/// Masked words on Gutenberg's books, judged on a book kept apart: perplexity beside counting, covering anew against covering once, next sentences beside guessing and
/// shared words. The encoder is kept for the studies that build on it.
/// </summary>
static class MaskedStudy
{
    /// <summary>The program's recipe, with the pieces of BERT (small letters only), samples of half the length, as tasks have short texts, and half the steps.</summary>
    public static MaskedWordsRecipe Recipe => ProgramRecipe.Of<MaskedWordsRecipe>("roberta-gutenberg") with { Tokenizer = "wordpiece", Context = 64, Batch = 64, Steps = 2000, WarmUp = 200 };

    // The same on a smaller scale, where two runs are to be compared.
    static MaskedWordsRecipe Small => Recipe with { Layers = 2, Width = 128 };

    /// <summary>More steps, over more text, for tasks: attention begins even. What begins focused guesses words sooner, but is worth less to tasks, frozen and fine-tuned (decisions.md).</summary>
    public static MaskedWordsRecipe ForTasks => Recipe with { Steps = 6000, WarmUp = 600, Focused = false };

    public static void Run(string[] arguments)
    {
        int hurry = arguments.Contains("--quick") ? 20 : 1;
        var report = new Report("masked-words", "Masked words of Gutenberg's books", "learning/text.md");
        var books = new Books(Recipe);
        Introduce(report, books);
        double unigram = Counted(report, books);

        MaskedRun main = Train(report, books, Shortened(Recipe, hurry), "anew each time", 500 / hurry);
        Keep(books, main);
        var seeds = SeedRuns.For(arguments, report);
        Score anew = Train(report, books, Shortened(Small, hurry), "anew each time", seeds), once = Train(report, books, Shortened(Small, hurry) with { Maskings = 1 }, "once", seeds);
        report.EndTable();
        report.Text($"± is the 95 % interval over {seeds.Count} seeds, which draw first values, samples and masks of training.");
        double reached = main.Loss(main.Objective);
        report.Goal("perplexity of covered words, share of that of word counts", Math.Exp(reached - unigram), 0.25);
        report.Goal("perplexity of covered words, covered anew over covered once, equal budgets", Math.Exp(anew.Mean - once.Mean), 1);
        Fill(report, books, main);
        report.Save("NATIVESSL_DATA=… dotnet run -c Release --project Bench -- masked-words");
    }

    /// <summary>The longer run, over all English text at hand: the encoder of the studies of tasks.</summary>
    public static void RunLong(string[] arguments)
    {
        int hurry = arguments.Contains("--quick") ? 20 : 1;
        var report = new Report("masked-words-long", "Masked words of all English text at hand", "learning/text.md");
        Books books = Books.AndOthers(Recipe);
        Introduce(report, books);
        report.Text("Beside the books: the sentences of CLINC150's, sentence polarity's, SICK's and Tatoeba's training splits (English, each once), SciTLDR's abstracts and WikiText's articles; no label, score or translation.");
        double unigram = Counted(report, books);
        MaskedRun main = Train(report, books, Shortened(ForTasks, hurry), "anew each time", ForTasks.Steps / 6 / hurry);
        Keep(books, main);
        report.EndTable();
        report.Goal("perplexity of covered words after the longer run, share of that of word counts", Math.Exp(main.Loss(main.Objective) - unigram), 0.25);
        Fill(report, books, main);
        report.Save("NATIVESSL_DATA=… dotnet run -c Release --project Bench -- masked-words-long");
    }

    static void Introduce(Report report, Books books) =>
        report.Text(string.Create(CultureInfo.InvariantCulture, $"{books.Train.Documents.Count:N0} documents, {books.Train.TokenCount:N0} tokens of a vocabulary of {books.Marks.Vocabulary} (WordPiece, trained on them); "
            + $"{Books.HeldOutBook}, {books.HeldOut.TokenCount:N0} tokens, is kept apart. {Recipe.Batch} samples of {Recipe.Context} tokens a step; AdamW, a line up, a line down to and from {Recipe.LearningRate}; two threads. "
            + $"Perplexity of the covered words of the book kept apart, covered in the same places for all."));

    static double Counted(Report report, Books books)
    {
        double unigram = new WordFrequencies(books.Train, books.Marks.Vocabulary).Loss(new MaskedRun(books, Recipe).Validation).Loss;
        report.Head("encoder", "covered", "steps", "perplexity", "loss", "seconds", "TFLOP");
        report.Row("word counts", "", "", Perplexity(unigram), Loss(unigram), "", "");
        return unigram;
    }

    static void Keep(Books books, MaskedRun run) => Safetensors.Save(books.Weights, run.Objective.NamedTensors().ToDictionary(entry => entry.Name, entry => entry.Tensor));

    static MaskedWordsRecipe Shortened(MaskedWordsRecipe recipe, int hurry) => recipe with { Steps = recipe.Steps / hurry, WarmUp = recipe.WarmUp / hurry };

    static MaskedRun Train(Report report, Books books, MaskedWordsRecipe recipe, string covered, int every)
    {
        var run = new MaskedRun(books, recipe);
        run.Train(every, step =>
        {
            double loss = run.Loss(run.Objective);
            report.Row($"{recipe.Layers} × {recipe.Width}", covered, $"{step}", Perplexity(loss), Loss(loss),
                SeedRuns.Seconds(run.Cost), SeedRuns.TeraFlops(run.Cost));
        });
        return run;
    }

    static Score Train(Report report, Books books, MaskedWordsRecipe recipe, string covered, SeedRuns seeds)
    {
        var (figures, each) = seeds.Of(covered, seed =>
        {
            var run = new MaskedRun(books, recipe with { Seed = recipe.Seed + seed });
            run.Train(0, _ => { });
            return ([run.Loss(run.Objective)], run.Cost);
        });
        report.Row($"{recipe.Layers} × {recipe.Width}", covered, $"{recipe.Steps}", Perplexity(figures[0].Mean), SeedRuns.Show(figures[0], "F3"), SeedRuns.Seconds(each), SeedRuns.TeraFlops(each));
        return figures[0];
    }

    static string Perplexity(double loss) => Math.Exp(loss).ToString("F1", CultureInfo.InvariantCulture);

    static string Loss(double loss) => loss.ToString("F3", CultureInfo.InvariantCulture);

    static void Fill(Report report, Books books, MaskedRun run)
    {
        var objective = (MaskedWords)run.Objective;
        foreach (string sentence in (string[])["The cat sat on the ___.", "The captain gave the order to ___ the ship.", "She was ___ years old.", "It was a dark and stormy ___."])
        {
            string[] halves = sentence.Split(" ___");
            Guess[] guesses = objective.Head.Fill(objective.Encoder, books.Marks, [books.Tokenizer.Encode(halves[0]), books.Tokenizer.Encode(halves[1])], 5)[0];
            report.Text($"“{sentence}”: " + string.Join(", ", guesses.Select(guess =>
                string.Create(CultureInfo.InvariantCulture, $"{books.Tokenizer.Decode([guess.Token]).Trim()} {100 * guess.Probability:F0} %"))));
        }
    }
}
