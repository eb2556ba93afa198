using System.Globalization;
using NativeSsl.Bench.Measure;

namespace NativeSsl.Bench.Commands.Texts;

/// <summary>
/// One encoder for English and French: do a sentence and its translation find each other by the cosine of their features, after samples of both languages (TLM, Lample &amp; Conneau 2019), after samples
/// of one language each, and after the ablation whose samples hold a sentence and the translation of another one?
/// </summary>
static class BilingualStudy
{
    const int Most = 1000;
    const double Wanted = 10;

    // Small, so that it cannot keep the languages apart (Dufter & Schütze 2020, “Identifying elements essential for BERT's multilinguality”); steps, rate, share and first values were chosen on the validation part.
    static readonly MaskedWordsRecipe Recipe = MaskedStudy.Recipe with { Layers = 2, Width = 128, Context = 48, Batch = 64, Steps = 6000, WarmUp = 300, LearningRate = 2e-3, MaskedShare = 0.4 };
    const float Passes = 0.7f;

    public static void Run(string[] arguments)
    {
        MaskedWordsRecipe recipe = arguments.Contains("--quick") ? Recipe with { Steps = 10, WarmUp = 1 } : Recipe;
        var report = new Report("bilingual", "English and French in one encoder", "learning/text.md");
        TextParts<TextPairs> tatoeba = Tatoeba.Read(Path.Combine(Books.Data, "tatoeba_eng_fra", "eng-fra.tsv"));
        TextPairs train = tatoeba.Train, asked = Asked(tatoeba);
        ITokenizer tokenizer = Tokenizer.Create(recipe.Tokenizer, train.Firsts.Distinct().Concat(train.Seconds.Distinct()), recipe.Vocabulary);
        TextMarks marks = TextMarks.Of(tokenizer);
        (int[] First, int[] Second)[] pairs = [.. train.Firsts.Zip(train.Seconds, (first, second) => (tokenizer.Encode(first), tokenizer.Encode(second)))
            .Where(pair => pair.Item1.Length > 0 && pair.Item2.Length > 0)];
        report.Text(string.Create(CultureInfo.InvariantCulture, $"{pairs.Length:N0} pairs of Tatoeba's English and French sentences; one tokenizer (WordPiece, {marks.Vocabulary} tokens) trained on both; {recipe.Layers} layers of {recipe.Width}, {recipe.Steps} steps "
            + $"of {recipe.Batch} samples of up to {recipe.Context} tokens, {100 * recipe.MaskedShare:F0} % of them covered. The encoder is not told which language it reads; behind a sentence positions count anew. Attention begins focused and passes on what it sees. Retrieval among {asked.Count:N0} pairs kept apart, none of whose sentences was trained on: the share of sentences whose nearest sentence "
            + $"of the other language, by the cosine of means over tokens, is their translation. Chance is {100.0 / asked.Count:F1} %. Centred: after the mean of each language is taken away, which needs no pairs "
            + $"(Libovický, Rosa & Fraser 2020, “On the language neutrality of pre-trained multilingual representations”)."));
        report.Head("samples", "en → fr, %", "fr → en, %", "centred, en → fr", "centred, fr → en", "seconds", "TFLOP");
        Row(report, "words shared (TF-IDF)", Counted(train, asked, text => text), default);
        double letters = Row(report, "three letters in a row (TF-IDF)", Counted(train, asked, Trigrams), default);
        Row(report, "random encoder", Embed(New(recipe, marks).Encoder, tokenizer, asked), default);

        double Learn(string name, (int[], int[])[] learned, TranslationSamples samples)
        {
            MaskedWords objective = New(recipe, marks);
            var views = new TranslationPairs(Books.Backend, learned, marks,
                new() { Context = recipe.Context, Batch = recipe.Batch, Seed = (ulong)recipe.Seed, Masking = Masking.Roberta(recipe.MaskedShare) }, samples);
            Cost cost = RecipeTraining.Run(objective, recipe, recipe.NewOptimizer, views);
            return Row(report, name, Embed(objective.Encoder, tokenizer, asked), cost);
        }
        // English alone: the pairs' French side becomes English as well, another sentence, so that steps, samples and tokens are like those of both languages.
        (int[], int[])[] english = [.. pairs.Select((pair, i) => (pair.First, pairs[(i + pairs.Length / 2) % pairs.Length].First))];
        int[] order = [.. Enumerable.Range(0, pairs.Length)];
        new RandomSource((ulong)recipe.Seed, 0).Shuffle<int>(order);
        (int[], int[])[] strangers = [.. pairs.Select((pair, i) => (pair.First, pairs[order[i]].Second))];
        Learn("English sentences", english, TranslationSamples.Alone);
        double alone = Learn("English or French sentences", pairs, TranslationSamples.Alone);
        double apart = Learn("the same, and pairs of sentences that are no translations", strangers, TranslationSamples.Both);
        double together = Learn("the same, and sentences with their translations", pairs, TranslationSamples.Both);
        report.EndTable();
        report.GoalAtLeast("retrieval both ways: with translations above single sentences, points", together - alone, Wanted);
        report.GoalAtLeast("retrieval both ways: with translations above pairs that are none, points", together - apart, Wanted);
        report.GoalAtLeast("retrieval both ways: with translations above letters in common, points", together - letters, Wanted);
        report.Save("NATIVESSL_DATA=… dotnet run -c Release --project Bench -- bilingual");
    }

    // A French sentence may translate several English ones: those that were trained on are left out, and no sentence stands in two pairs.
    static TextPairs Asked(TextParts<TextPairs> tatoeba)
    {
        HashSet<string> known = [.. tatoeba.Train.Seconds];
        TextPairs fresh = tatoeba.Test.Take(Enumerable.Range(0, tatoeba.Test.Count).Where(i => !known.Contains(tatoeba.Test.Seconds[i]))).Distinct();
        int count = Math.Min(Most, fresh.Count);                                                    // evenly spread: the file is in the order of lengths
        return fresh.Take(Enumerable.Range(0, count).Select(i => (int)((long)i * fresh.Count / count)));
    }

    static MaskedWords New(MaskedWordsRecipe recipe, TextMarks marks)
    {
        var init = new Init(Books.Backend, (ulong)recipe.Seed);
        var encoder = new Bert(new() { Vocabulary = marks.Vocabulary, Context = recipe.Context, Layers = recipe.Layers, Heads = recipe.Heads, Width = recipe.Width, Dropout = 0f, Segments = 1, AnewBehind = marks.Separator, Epsilon = 1e-5f }, init);
        encoder.BeginFocused(Passes);
        return new(encoder, new MaskedHead(init, recipe.Width, marks.Vocabulary, encoder.Sizes.Epsilon));
    }

    static (Tensor, Tensor) Embed(TextEncoder encoder, ITokenizer tokenizer, TextPairs asked) =>
        (TextFeatures.Of(encoder, TextFrame.Of(tokenizer), asked.Firsts), TextFeatures.Of(encoder, TextFrame.Of(tokenizer), asked.Seconds));

    static (Tensor, Tensor) Counted(TextPairs train, TextPairs asked, Func<string, string> terms)
    {
        TfIdf words = TfIdf.Fit(train.Firsts.Concat(train.Seconds).Select(terms), new() { MostWords = 1 });
        return (words.Transform(asked.Firsts.Select(terms)).ToTensor(Books.Backend), words.Transform(asked.Seconds.Select(terms)).ToTensor(Books.Backend));
    }

    // As words of three letters, with _ for whatever is no letter.
    static string Trigrams(string text)
    {
        string letters = $"_{string.Concat(text.Select(c => char.IsLetterOrDigit(c) ? c : '_'))}_";
        return string.Join(' ', Enumerable.Range(0, Math.Max(0, letters.Length - 2)).Select(i => letters.Substring(i, 3)));
    }

    static double Row(Report report, string samples, (Tensor First, Tensor Second) rows, Cost cost)
    {
        using Tape.NoGradientScope scope = Tape.NoGradient();
        PairRetrieval plain = PairRetrieval.Of(rows.First, rows.Second), centred = PairRetrieval.Of(rows.First - rows.First.Mean(0), rows.Second - rows.Second.Mean(0));
        string Show(double value, bool shown = true) => shown ? value.ToString("F1", CultureInfo.InvariantCulture) : "";
        report.Row(samples, Show(100 * plain.Forward), Show(100 * plain.Backward), Show(100 * centred.Forward), Show(100 * centred.Backward), Show(cost.Seconds, cost.Seconds > 0), Show((cost.Flops ?? 0) / 1e12, cost.Flops > 0));
        return 50 * (plain.Forward + plain.Backward);
    }
}
