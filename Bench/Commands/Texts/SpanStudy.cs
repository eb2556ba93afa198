using System.Globalization;
using NativeSsl.Bench.Measure;

namespace NativeSsl.Bench.Commands.Texts;

/// <summary>
/// T5's pretraining on all English text at hand and on French sentences: spans cut out and written again. Judged on a book kept apart and on French sentences of the validation part, beside
/// counting. The model is kept for the studies that build on it.
/// </summary>
static class SpanStudy
{
    /// <summary>The program's recipe, with fewer steps and windows of half the length, as tasks have short texts.</summary>
    public static SpanCorruptionRecipe Recipe => ProgramRecipe.Of<SpanCorruptionRecipe>("t5-gutenberg") with { Steps = 3000, WarmUp = 200, Context = 64, Batch = 64, ShortShare = 700 / 3000.0 };

    static string Weights => Path.Combine(Books.Kept, "spans.safetensors");

    static string TokenizerFile => Path.Combine(Books.Kept, "spans-tokenizer.json");

    /// <summary>The tokens and the weights that <see cref="Run"/> has left.</summary>
    /// <exception cref="NativeSslException">It has not run yet.</exception>
    public static (SequenceFrame Frame, Dictionary<string, Tensor> Weights) Kept => File.Exists(TokenizerFile) && File.Exists(Weights)
        ? (new(NativeSsl.Tokenizer.Load(TokenizerFile)), Safetensors.Load(Weights, Books.Backend))
        : throw new NativeSslException($"{Weights}: there is no model yet; it comes from: dotnet run -c Release --project Bench -- spans");

    /// <summary>The tokens, trained on all of the texts the first time.</summary>
    public static SequenceFrame FrameOf(SpanTexts texts)
    {
        if (!File.Exists(TokenizerFile))
        {
            Directory.CreateDirectory(Books.Kept);
            NativeSsl.Tokenizer.Create(Recipe.Tokenizer, texts.Train, Recipe.Vocabulary).Save(TokenizerFile);
        }
        return new(NativeSsl.Tokenizer.Load(TokenizerFile));
    }

    public static void Run(string[] arguments)
    {
        int hurry = arguments.Contains("--quick") ? 100 : 1;
        SpanCorruptionRecipe recipe = Recipe with { Steps = Recipe.Steps / hurry, WarmUp = Recipe.WarmUp / hurry };
        var report = new Report("spans", "T5: spans cut out and written again", "learning/text.md");
        var texts = new SpanTexts((ulong)recipe.Seed);
        SequenceFrame frame = FrameOf(texts);

        SpanCorruptionWindows Windows(int[] tokens) => recipe.NewViews(Books.Backend, tokens, frame);
        int[] text = texts.TrainTokens(frame);
        SpanCorruptionWindows counted = Windows(text), book = Windows(texts.BookTokens(frame)), sentences = Windows(texts.SentenceTokens(frame));
        TextToText objective = recipe.NewObjective(new Init(Books.Backend, (ulong)recipe.Seed), frame);
        var words = new WrittenTokens(frame.Vocabulary, frame.Padding, frame.IsWord);

        report.Text(string.Create(CultureInfo.InvariantCulture, $"T5 {recipe.Layers} + {recipe.Layers} × {recipe.Width}; {text.Length:N0} tokens of {frame.Vocabulary} (Unigram, trained on them): all English text of the section “Masked words of all English text at hand”, and the French sentences of Tatoeba's training part, "
            + $"{SpanTexts.FrenchRepeated} times, in an order that tells nothing about their translations; {recipe.Batch} windows of {recipe.Context} tokens a step, of {recipe.ShortContext} in the first {100 * recipe.ShortShare:F0} % of the steps, 15 % cut out in spans of three. Loss of the words of spans on {Books.HeldOutBook} and on French sentences of the validation part. "
            + $"Chance is ln {frame.Vocabulary} = {objective.ChanceLoss:F3}."));
        report.Head("model", "steps", "loss, book", "loss, French", "seconds", "TFLOP");
        double counts = words.LossOfCounts(counted, book).Loss, reached = 0;
        report.Row("word counts", "", Text(counts), Text(words.LossOfCounts(counted, sentences).Loss), "", "");
        RecipeTraining.Run(objective, recipe, recipe.NewOptimizer, recipe.NewTrainingViews(Books.Backend, text, frame), recipe.Steps / 3, (step, cost) =>
            report.Row("T5", $"{step}", Text(reached = words.Loss(objective, book)), Text(words.Loss(objective, sentences)),
                cost.Seconds.ToString("F0", CultureInfo.InvariantCulture), (cost.Flops!.Value / 1e12).ToString("F0", CultureInfo.InvariantCulture)));
        double strange = words.Loss(objective, new StrangeInputs(book));
        report.Row("T5, reading another window", $"{recipe.Steps}", Text(strange), Text(words.Loss(objective, new StrangeInputs(sentences))), "", "");
        report.EndTable();
        Safetensors.Save(Weights, objective.NamedTensors().ToDictionary(entry => entry.Name, entry => entry.Tensor));
        report.Goal("perplexity of the words of spans of the book kept apart, share of that of word counts", Math.Exp(reached - counts), 0.5);
        report.Goal("the same beside the decoder's when the encoder reads another window: does it look at what is read?", Math.Exp(reached - strange), 0.75);
        Show(report, objective, recipe, frame, book, "English");
        Show(report, objective, recipe, frame, sentences, "French");
        report.Save("NATIVESSL_DATA=… dotnet run -c Release --project Bench -- spans");
    }

    static string Text(double loss) => loss.ToString("F3", CultureInfo.InvariantCulture);

    static void Show(Report report, TextToText objective, SpanCorruptionRecipe recipe, SequenceFrame frame, SpanCorruptionWindows windows, string language)
    {
        IReadOnlyList<FilledSpans> filled = FilledSpans.Of(objective.Model, recipe.Corruption(frame), windows.Everything().First(), frame.Padding);
        int spans = filled.Sum(window => window.Spans.Count);
        report.Text(string.Create(CultureInfo.InvariantCulture, $"{language}: of {spans} spans, {filled.Sum(window => window.Right)} were written without a mistake. For example “{frame.Show(filled[1].Inputs)}”: ")
            + string.Join("; ", filled[1].Spans.Select((span, gap) => $"<{gap + 1}> “{frame.Text(span.Written)}” for “{frame.Text(span.Wanted)}”")) + ".");
    }
}
