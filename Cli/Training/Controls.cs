using System.Text.Json.Nodes;

namespace NativeSsl.Cli.Training;

/// <summary>What was learned, beside what counting and an untrained model achieve on the same text.</summary>
sealed record Controls(TextRun Run, double Model, double Bigram, double Unigram, double Untrained, double TokensPerCharacter) : Report
{
    internal static Controls Of(TextRun run, double loss)
    {
        var counts = new CountModel(run.Train, run.Tokenizer.VocabularySize);
        double tokensPerCharacter = run.Validation.Length / (double)run.Corpus.Validation.EnumerateRunes().Count();
        return new Controls(run, loss, counts.BigramLoss(run.Validation), counts.UnigramLoss(run.Validation), run.ValidationLoss(run.NewModel()), tokensPerCharacter);
    }

    (string Name, double Loss)[] Rows => [("this model", Model), ("bigram counts", Bigram), ("unigram counts", Unigram), ("untrained", Untrained)];

    static double Perplexity(double loss) => Math.Exp(loss);

    double Bits(double loss) => loss * TokensPerCharacter / Math.Log(2);

    internal override string Heading =>
        "How well the next token of text that was kept apart is predicted (lower is better), beside counting and the model before training:";

    internal override void Print(Terminal terminal) => terminal.Table(["model", "validation loss", "perplexity", "bits per character"],
        Rows.Select(row => new[] { row.Name, Text.Invariant($"{row.Loss:F4}"), Text.Invariant($"{Perplexity(row.Loss):F2}"), Text.Invariant($"{Bits(row.Loss):F3}") }));

    internal override string Verdict => Model < Bigram ? "It predicts better than counting pairs does: it has learned from context."
        : Model < Unigram ? "It predicts better than counting tokens does, but no better than counting pairs: train longer."
        : "It predicts no better than counting tokens does: it has not learned yet.";

    internal override JsonObject ToJson() => new(Rows.Select(row => KeyValuePair.Create<string, JsonNode?>(row.Name, new JsonObject
    {
        ["validationLoss"] = row.Loss, ["perplexity"] = Perplexity(row.Loss), ["bitsPerCharacter"] = Bits(row.Loss),
    })));

    internal override string ToMarkdown() => string.Join('\n',
        [
            $"# Evaluation on {Run.Corpus.Name}", "",
            Text.Invariant($"{Run.Validation.Length} tokens of validation text in windows of {Run.Settings.Context} that do not overlap; counts from {Run.Train.Length} tokens of training text."), "",
            "| model | validation loss | perplexity | bits per character |", "|---|---|---|---|",
            .. Rows.Select(row => Text.Invariant($"| {row.Name} | {row.Loss:F4} | {Perplexity(row.Loss):F2} | {Bits(row.Loss):F3} |")), "", Verdict, "",
        ]);
}
