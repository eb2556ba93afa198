using System.Text.Json.Nodes;

namespace NativeSsl.Cli.Training;

/// <summary>What was learned, beside what counting and an untrained model achieve on the same text.</summary>
sealed record Controls(TextRun Run, double Model, double Bigram, double Unigram, double Untrained) : Report
{
    internal static Controls Of(TextRun run, double loss)
    {
        var counts = new CountModel(run.Source.Train, run.Tokenizer.VocabularySize);
        return new Controls(run, loss, counts.BigramLoss(run.Source.HeldOut), counts.UnigramLoss(run.Source.HeldOut), run.ValidationLoss(run.NewModel()));
    }

    (string Name, double Loss)[] Rows => [("this model", Model), ("bigram counts", Bigram), ("unigram counts", Unigram), ("untrained", Untrained)];

    static double Perplexity(double loss) => Math.Exp(loss);

    // Tokenizers cut a text into tokens of different sizes; a byte is a byte.
    double BitsPerByte(double loss) => loss / Math.Log(2) * Run.Source.HeldOut.Length / Run.Source.HeldOutBytes;

    double BitsPerCharacter(double loss) => loss / Math.Log(2) * Run.Source.HeldOut.Length / Run.Source.HeldOutCharacters;

    // What the tokenizer could not spell is guessed too easily: it may have been any word.
    int Unknown => Run.Tokenizer.Special.Unknown is { } unknown ? Run.Source.HeldOut.Count(token => token == unknown) : 0;

    internal override string Heading =>
        "How well the next token of text that was kept apart is predicted (lower is better; bits per byte compare tokenizers), beside counting and the model before training:";

    static string[] Columns => ["model", "loss per token", "perplexity", "bits per byte", "bits per character"];

    string[] Shown((string Name, double Loss) row) => [row.Name, Text.Invariant($"{row.Loss:F4}"), Text.Invariant($"{Perplexity(row.Loss):F2}"), Text.Invariant($"{BitsPerByte(row.Loss):F3}"),
        Text.Invariant($"{BitsPerCharacter(row.Loss):F3}")];

    internal override void Print(Terminal terminal) => terminal.Table(Columns, Rows.Select(Shown));

    internal override string Verdict => Of(Model, Bigram, Unigram)
        + (Unknown > 0 ? Text.Invariant($" {Unknown} of {Run.Source.HeldOut.Length} tokens are words that the tokenizer cannot spell, which makes the bits too few.") : "");

    /// <summary>What three losses say together. Of a large vocabulary most pairs were never seen, and counting them is worse than counting tokens: then those are the measure.</summary>
    internal static string Of(double model, double bigram, double unigram) => bigram >= unigram ? MaskedWordsReport.Of(model, unigram)
        : model < bigram ? "It predicts better than counting pairs does: it has learned from context."
        : model < unigram ? "It predicts better than counting tokens does, but no better than counting pairs: train longer."
        : "It predicts no better than counting tokens does: it has not learned yet.";

    internal override JsonObject ToJson() => new(Rows.Select(row => KeyValuePair.Create<string, JsonNode?>(row.Name, new JsonObject
    {
        ["validationLoss"] = row.Loss, ["perplexity"] = Perplexity(row.Loss), ["bitsPerByte"] = BitsPerByte(row.Loss),
        ["bitsPerCharacter"] = BitsPerCharacter(row.Loss),
    })));

    internal override string ToMarkdown() => string.Join('\n',
        [
            $"# Evaluation on {Run.Source.Name}", "",
            Text.Invariant($"{Run.Source.HeldOut.Length} tokens of validation text in windows of {Run.Settings.Context} that do not overlap; counts from {Run.Source.Train.Length} tokens of training text."), "",
            $"| {string.Join(" | ", Columns)} |", "|---|---|---|---|---|", .. Rows.Select(row => $"| {string.Join(" | ", Shown(row))} |"), "", Verdict, "",
        ]);
}
