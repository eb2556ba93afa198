using System.Text.Json.Nodes;

namespace NativeSsl.Cli.Training;

/// <summary>How well spans of a text that was kept apart are written, beside counting and the model before training, with a few of them to look at.</summary>
/// <param name="Run">Whose.</param>
/// <param name="Rows">Each with the loss of all tokens that are to be written, and of the words among them.</param>
/// <param name="Filled">Windows with what was written into their gaps.</param>
sealed record SpanCorruptionReport(SpanCorruptionRun Run, IReadOnlyList<(string Name, double? Tokens, double Words)> Rows, IReadOnlyList<FilledSpans> Filled) : Report
{
    // So many windows are written anew, a few spans of them shown.
    const int Windows = 32, Shown = 8;

    internal static SpanCorruptionReport Of(SpanCorruptionRun run)
    {
        SpanCorruptionWindows train = run.Windows(run.Source.Train), heldOut = run.Windows(run.Source.HeldOut);
        var all = new WrittenTokens(run.Frame.Vocabulary, run.Frame.Padding);
        var words = new WrittenTokens(run.Frame.Vocabulary, run.Frame.Padding, run.Frame.IsWord);
        TextToText untrained = run.NewObjective();
        List<FilledSpans> filled = [];
        foreach (Views windows in heldOut.Everything().TakeWhile(_ => filled.Count < Windows))
            filled.AddRange(FilledSpans.Of(run.Objective.Model, run.Settings.Corruption(run.Frame), windows, run.Frame.Padding));
        return new(run,
        [
            ("this model", all.Loss(run.Objective, heldOut), words.Loss(run.Objective, heldOut)),
            ("untrained", all.Loss(untrained, heldOut), words.Loss(untrained, heldOut)),
            ("word counts", all.LossOfCounts(train, heldOut).Loss, words.LossOfCounts(train, heldOut).Loss),
        ], filled);
    }

    internal override string Heading => "How well spans that were cut out of text that was kept apart are written (lower is better), beside counting and the model before training. "
        + "Where a span begins is easy, so the words of spans are judged on their own:";

    static string[] Columns => ["model", "loss of all that is written", "loss of its words", "perplexity of its words"];

    static string[] Cells((string Name, double? Tokens, double Words) row) =>
        [row.Name, Text.Invariant($"{row.Tokens:F4}"), Text.Invariant($"{row.Words:F4}"), Text.Invariant($"{Math.Exp(row.Words):F2}")];

    // A window at a time, so that a text can be read with its gaps.
    IEnumerable<(string Text, string[][] Gaps)> Examples => Filled.Take(2).Select(window => (Run.Frame.Show(window.Inputs),
        window.Spans.Take(Shown).Select((span, gap) => new[] { Text.Invariant($"<{gap + 1}>"), Run.Frame.Text(span.Written), Run.Frame.Text(span.Wanted) }).ToArray()));

    static string[] GapColumns => ["gap", "what it wrote", "what stood there"];

    int Spans => Filled.Sum(window => window.Spans.Count);

    double Right => (double)Filled.Sum(window => window.Right) / Spans;

    string Spoken => Text.Invariant($"Of {Spans} spans, {100 * Right:F1} % were written without a mistake.");

    internal override void Print(Terminal terminal)
    {
        terminal.Table(Columns, Rows.Select(Cells));
        foreach ((string text, string[][] gaps) in Examples)
        {
            terminal.Out.WriteLine($"text: {text}");
            terminal.Table(GapColumns, gaps);
        }
        terminal.Out.WriteLine(Spoken);
    }

    // The loss of words, as MaskedWordsReport has it: frequencies alone are not context.
    internal override string Verdict => MaskedWordsReport.Of(Rows[0].Words, Rows[^1].Words);

    internal override JsonObject ToJson()
    {
        var json = new JsonObject(Rows.Select(row => KeyValuePair.Create<string, JsonNode?>(row.Name, new JsonObject
            { ["targetLoss"] = row.Tokens, ["wordLoss"] = row.Words, ["perplexity"] = Math.Exp(row.Words) })));
        json["spansRight"] = Right;
        json["examples"] = new JsonArray([.. Examples.Select(example => (JsonNode)new JsonObject
        {
            ["text"] = example.Text,
            ["gaps"] = new JsonArray([.. example.Gaps.Select(gap => (JsonNode)new JsonObject { ["gap"] = gap[0], ["written"] = gap[1], ["wanted"] = gap[2] })]),
        })]);
        return json;
    }

    internal override string ToMarkdown() => string.Join('\n',
        [
            $"# Evaluation on {Run.Source.Name}", "",
            Text.Invariant($"{Run.Source.HeldOut.Length} tokens that were kept apart, in windows that do not overlap; counts from {Run.Source.Train.Length} tokens of training text."), "",
            .. MarkdownTable.Of(Columns, Rows.Select(Cells)), "", Verdict, Spoken, "",
            .. Examples.SelectMany(example => (string[])[$"> {example.Text}", "", .. MarkdownTable.Of(GapColumns, example.Gaps), ""]),
        ]);
}
