using System.Globalization;
using NativeSsl.Bench.Measure;

namespace NativeSsl.Bench.Commands.Texts;

/// <summary>
/// Masked words on Gutenberg's books, judged on a book kept apart: perplexity beside counting, covering anew against covering once, next sentences beside guessing and
/// shared words. The encoder is kept for the studies that build on it.
/// </summary>
static class MaskedStudy
{
    /// <summary>The encoder and the head that the other studies begin with.</summary>
    public static string Weights => Path.Combine(Books.Kept, "masked-words.safetensors");

    /// <summary>The program's recipe, whose words are covered anew each time and whose samples are whole texts: RoBERTa's way.</summary>
    public static MaskedWordsRecipe Recipe => ProgramRecipe.Of<MaskedWordsRecipe>("bert-gutenberg") with { Pairs = "none", Maskings = 0 };

    // The same on a smaller scale, where two runs are to be compared.
    static MaskedWordsRecipe Small => Recipe with { Layers = 2, Width = 128, LearningRate = 1e-3 };

    public static void Run(string[] arguments)
    {
        int hurry = arguments.Contains("--quick") ? 20 : 1;
        var report = new Report("masked-words", "Masked words of Gutenberg's books", "learning/text.md");
        var books = new Books(Recipe);
        report.Text(string.Create(CultureInfo.InvariantCulture, $"{books.Train.Documents.Count} books, {books.Train.TokenCount:N0} tokens of a vocabulary of {books.Marks.Vocabulary} (WordPiece, trained on them); "
            + $"{Books.HeldOutBook}, {books.HeldOut.TokenCount:N0} tokens, is kept apart. {Recipe.Batch} samples of {Recipe.Context} tokens a step; AdamW, a line up, a line down; two threads. "
            + $"Perplexity of the covered words of the book kept apart, covered in the same places for all."));
        report.Head("encoder", "covered", "steps", "perplexity", "loss", "seconds", "TFLOP");
        var views = new MaskedRun(books, Recipe).Validation;
        double unigram = new WordFrequencies(books.Train, books.Marks.Vocabulary).Loss(views).Loss;
        report.Row("word counts", "", "", Perplexity(unigram), Loss(unigram), "", "");

        MaskedRun main = Train(report, books, Shortened(Recipe, hurry), "anew each time", 1000 / hurry);
        Safetensors.Save(Weights, main.Objective.NamedTensors().ToDictionary(entry => entry.Name, entry => entry.Tensor));
        MaskedRun anew = Train(report, books, Shortened(Small, hurry), "anew each time", 4000), once = Train(report, books, Shortened(Small, hurry) with { Maskings = 1 }, "once", 4000);
        report.EndTable();
        double reached = main.Loss(main.Objective);
        report.Goal("perplexity of covered words, share of that of word counts", Math.Exp(reached - unigram), 0.25);
        report.Goal("perplexity of covered words, covered anew over covered once, equal budgets", Math.Exp(anew.Loss(anew.Objective) - once.Loss(once.Objective)), 1);
        Fill(report, books, main);
        report.Save("NATIVESSL_DATA=… dotnet run -c Release --project Bench -- masked-words");
    }

    static MaskedWordsRecipe Shortened(MaskedWordsRecipe recipe, int hurry) => recipe with { Steps = recipe.Steps / hurry, WarmUp = recipe.WarmUp / hurry };

    static MaskedRun Train(Report report, Books books, MaskedWordsRecipe recipe, string covered, int every)
    {
        var run = new MaskedRun(books, recipe);
        run.Train(books.Train, every, step =>
        {
            double loss = run.Loss(run.Objective);
            report.Row($"{recipe.Layers} × {recipe.Width}", covered, $"{step}", Perplexity(loss), Loss(loss),
                run.Cost.Seconds.ToString("F0", CultureInfo.InvariantCulture), (run.Cost.Flops!.Value / 1e12).ToString("F0", CultureInfo.InvariantCulture));
        });
        return run;
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
