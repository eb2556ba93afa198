using System.Globalization;
using NativeSsl.Bench.Measure;

namespace NativeSsl.Bench.Commands.Texts;

/// <summary>Tatoeba's English sentences and their French translations: what an encoder of both learns from, and whether those kept apart find each other.</summary>
sealed class BilingualTexts
{
    const int Most = 1000, Briefer = 4;

    readonly TextPairs _train;

    /// <param name="recipe">Kind and size of the tokenizer, which is trained on both languages, and the seed of pairs that are none.</param>
    /// <param name="part">Of the pairs that are asked: the validation part, by which settings are chosen, or the test part.</param>
    public BilingualTexts(MaskedWordsRecipe recipe, Func<TextParts<TextPairs>, TextPairs> part)
    {
        TextParts<TextPairs> tatoeba = Tatoeba.Read(Path.Combine(Books.Data, "tatoeba_eng_fra", "eng-fra.tsv"));
        _train = tatoeba.Train;
        Tokenizer = NativeSsl.Tokenizer.Create(recipe.Tokenizer, _train.Firsts.Distinct().Concat(_train.Seconds.Distinct()), recipe.Vocabulary);
        Pairs = [.. _train.Firsts.Zip(_train.Seconds, (first, second) => (Tokenizer.Encode(first), Tokenizer.Encode(second))).Where(pair => pair.Item1.Length > 0 && pair.Item2.Length > 0)];
        int[] order = [.. Enumerable.Range(0, Pairs.Length)];
        new RandomSource((ulong)recipe.Seed, 0).Shuffle<int>(order);
        Strangers = [.. Pairs.Select((pair, i) => (pair.First, Pairs[order[i]].Second))];
        English = [.. Pairs.Select((pair, i) => (pair.First, Pairs[(i + Pairs.Length / 2) % Pairs.Length].First))];
        // A French sentence may translate several English ones: those that were trained on are left out, and no sentence stands in two pairs.
        HashSet<string> known = [.. _train.Seconds];
        TextPairs kept = part(tatoeba), fresh = kept.Take(Enumerable.Range(0, kept.Count).Where(i => !known.Contains(kept.Seconds[i]))).Distinct();
        int count = Math.Min(Most, fresh.Count);                                                    // evenly spread: the file is in the order of lengths
        Asked = fresh.Take(Enumerable.Range(0, count).Select(i => (int)((long)i * fresh.Count / count)));
    }

    /// <summary>One for both languages.</summary>
    public ITokenizer Tokenizer { get; }

    /// <summary>The tokens of each sentence and of its translation.</summary>
    public (int[] First, int[] Second)[] Pairs { get; }

    /// <summary>The same sentences, each beside the translation of another one.</summary>
    public (int[] First, int[] Second)[] Strangers { get; }

    /// <summary>English alone: in place of its translation another English sentence, so that steps, samples and tokens are like those of both languages.</summary>
    public (int[] First, int[] Second)[] English { get; }

    /// <summary>Pairs kept apart, none of whose sentences was trained on.</summary>
    public TextPairs Asked { get; }

    /// <summary>What is asked, for a report.</summary>
    public string Question => string.Create(CultureInfo.InvariantCulture, $"Retrieval among {Asked.Count:N0} pairs kept apart, none of whose sentences was trained on: the share of sentences whose nearest sentence of the other language, by the cosine of means over tokens, is their translation. "
        + $"Chance is {100.0 / Asked.Count:F1} %. Centred: after the mean of each language is taken away, which needs no pairs (Libovický, Rosa & Fraser 2020, “On the language neutrality of pre-trained multilingual representations”).");

    /// <summary>The heads of the columns of a row.</summary>
    public static string[] Columns { get; } = ["samples", "steps", "en → fr, %", "fr → en, %", "centred, en → fr", "centred, fr → en", "seconds", "TFLOP"];

    /// <summary>Rows of counted words, and of three letters in a row.</summary>
    /// <returns>What letters in common find, both ways.</returns>
    public double Counted(Report report)
    {
        Row(report, "words shared (TF-IDF)", texts => Counts(texts, text => text));
        return Row(report, "three letters in a row (TF-IDF)", texts => Counts(texts, Trigrams));
    }

    Tensor Counts(IReadOnlyList<string> texts, Func<string, string> terms) =>
        TfIdf.Fit(_train.Firsts.Concat(_train.Seconds).Select(terms), new() { MostWords = 1 }).Transform(texts.Select(terms)).ToTensor(Books.Backend);

    // As words of three letters, with _ for whatever is no letter.
    static string Trigrams(string text)
    {
        string letters = $"_{string.Concat(text.Select(c => char.IsLetterOrDigit(c) ? c : '_'))}_";
        return string.Join(' ', Enumerable.Range(0, Math.Max(0, letters.Length - 2)).Select(i => letters.Substring(i, 3)));
    }

    /// <summary>A row of what nothing was learned for.</summary>
    /// <param name="report">Where.</param>
    /// <param name="name">Its name.</param>
    /// <param name="features">Of texts, <c>[texts, width]</c>.</param>
    /// <returns>The share found in percent, the mean of both ways.</returns>
    public double Row(Report report, string name, Func<IReadOnlyList<string>, Tensor> features) => Row(report, name, "", new SeedRuns(1), _ => (features, default));

    /// <summary>A row of several runs of a quarter of the steps, which differ in their seed, and a row of one run of all.</summary>
    /// <param name="report">Where.</param>
    /// <param name="samples">What is learned from.</param>
    /// <param name="recipe">All steps.</param>
    /// <param name="seeds">How often.</param>
    /// <param name="learn">Told its recipe; returns features of texts, <c>[texts, width]</c>, and what learning took.</param>
    /// <returns>The share found after all steps in percent, the mean of both ways.</returns>
    public double Learn<T>(Report report, string samples, T recipe, SeedRuns seeds, Func<T, (Func<IReadOnlyList<string>, Tensor> Features, Cost Cost)> learn) where T : Recipe
    {
        Rows(recipe with { Steps = recipe.Steps / Briefer }, seeds);
        return Rows(recipe, seeds.Single);

        double Rows(T how, SeedRuns runs) => Row(report, samples, $"{how.Steps}", runs, seed => learn(how with { Seed = how.Seed + seed }));
    }

    double Row(Report report, string samples, string steps, SeedRuns seeds, Func<int, (Func<IReadOnlyList<string>, Tensor> Features, Cost Cost)> learn)
    {
        var (figures, each) = seeds.Of($"{samples}, {steps} steps", seed =>
        {
            var (features, cost) = learn(seed);
            return (Found(features), cost);
        });
        report.Row([samples, steps, .. figures.Select(figure => SeedRuns.Show(figure)), SeedRuns.Seconds(each), SeedRuns.TeraFlops(each, "F1")]);
        return (figures[0].Mean + figures[1].Mean) / 2;
    }

    double[] Found(Func<IReadOnlyList<string>, Tensor> features)
    {
        using Tape.NoGradientScope scope = Tape.NoGradient();
        (Tensor first, Tensor second) = (features(Asked.Firsts), features(Asked.Seconds));
        PairRetrieval plain = PairRetrieval.Of(first, second), centred = PairRetrieval.Of(first - first.Mean(0), second - second.Mean(0));
        return [100 * plain.Forward, 100 * plain.Backward, 100 * centred.Forward, 100 * centred.Backward];
    }
}
