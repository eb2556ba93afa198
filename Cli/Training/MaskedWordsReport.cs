using System.Text.Json.Nodes;

namespace NativeSsl.Cli.Training;

/// <summary>How well covered words of a text that was kept apart are guessed, and pairs of texts told apart, beside counting and the model before training.</summary>
/// <param name="Run">Whose.</param>
/// <param name="Rows">Each with the loss of covered words, and the share of pairs told right.</param>
/// <param name="Words">How many words were covered.</param>
sealed record MaskedWordsReport(MaskedWordsRun Run, IReadOnlyList<(string Name, double? Words, double? Pairs)> Rows, long Words) : Report
{
    const string Own = "this model", Untrained = "untrained", Counts = "word counts", Shared = "shared words", OneAnswer = "one answer for all";

    // Less than a tenth less surprise a word may be had by knowing frequencies of a slightly better kind.
    const double Margin = 0.1;

    internal static MaskedWordsReport Of(MaskedWordsRun run)
    {
        MaskedViews views = run.ValidationViews();
        (double unigram, long words) = new WordFrequencies(run.Source.Train, run.Source.Marks.Vocabulary).Loss(views);
        List<(string, double?, double?)> rows = [Row(Own, run.Objective), Row(Untrained, run.NewObjective()), (Counts, unigram, null)];
        if (run.Objective is SentencePairObjective)
            rows.AddRange([(Shared, null, new WordOverlap(run.Settings.NewViews(run.Encoder.Backend, run.Source.Train, run.Source.Marks, duplicates: 1)).Accuracy(views)), (OneAnswer, null, SentencePairObjective.OneAnswer(views))]);
        return new(run, rows, words);

        (string, double?, double?) Row(string name, Objective objective)
        {
            var (encoder, head) = MaskedWordsRun.Networks(objective);
            return (name, new MaskedWords(encoder, head).MeanLoss(encoder.Backend, views), (objective as SentencePairObjective)?.Accuracy(views));
        }
    }

    double Loss(string name) => Rows.First(row => row.Name == name).Words!.Value;

    internal override string Heading => "How well covered words of text that was kept apart are guessed (lower is better)"
        + (Run.Objective is SentencePairObjective ? ", and pairs of texts told right (higher is better)" : "") + ", beside counting and the model before training:";

    static string[] Columns => ["model", "loss of covered words", "perplexity", "pairs told right"];

    static string[] Shown((string Name, double? Words, double? Pairs) row) => [row.Name, Text.Invariant($"{row.Words:F4}"),
        row.Words is { } loss ? Text.Invariant($"{Math.Exp(loss):F2}") : "", row.Pairs is { } pairs ? Text.Invariant($"{100 * pairs:F1} %") : ""];

    internal override void Print(Terminal terminal) => terminal.Table(Columns, Rows.Select(Shown));

    internal override string Verdict
    {
        get
        {
            string words = Of(Loss(Own), Loss(Counts));
            return Rows[0].Pairs is not { } own ? words
                : $"{words} It tells pairs {(own > Rows.Skip(1).Max(row => row.Pairs ?? 0) ? "better" : "no better")} than shared words or one answer for all do.";
        }
    }

    /// <summary>What two losses say together.</summary>
    /// <param name="own">The model's.</param>
    /// <param name="counts">That of word counts.</param>
    internal static string Of(double own, double counts) => (counts - own) switch
    {
        >= Margin => "It guesses words better than counting does: it has learned from context.",
        > 0 => "It guesses words hardly better than counting does: it knows which words are frequent, and little of context yet.",
        _ => "It guesses words no better than counting does: it has not learned yet.",
    };

    internal override JsonObject ToJson() => new(Rows.Select(row => KeyValuePair.Create<string, JsonNode?>(row.Name, new JsonObject
    {
        ["maskedLoss"] = row.Words, ["perplexity"] = row.Words is { } loss ? Math.Exp(loss) : null, ["pairAccuracy"] = row.Pairs,
    })));

    internal override string ToMarkdown() => string.Join('\n',
        [
            $"# Evaluation on {Run.Source.Documents.Name}", "",
            Text.Invariant($"{Words} covered words in {Run.Source.HeldOut.TokenCount} tokens that were kept apart; counts from {Run.Source.Train.TokenCount} tokens of training text."), "",
            $"| {string.Join(" | ", Columns)} |", "|---|---|---|---|", .. Rows.Select(row => $"| {string.Join(" | ", Shown(row))} |"), "", Verdict, "",
        ]);
}
