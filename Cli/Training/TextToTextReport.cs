using System.Text.Json.Nodes;

namespace NativeSsl.Cli.Training;

/// <summary>How well texts that were kept apart are rewritten, beside what needs no learning: the text as it is, or its first sentence.</summary>
/// <param name="Run">Whose.</param>
/// <param name="Texts">Those that were rewritten.</param>
/// <param name="Beams">How many beginnings were followed.</param>
/// <param name="Written">What became of them.</param>
/// <param name="Rows">Each with the loss of a token that is to be written, and with its scores by <see cref="Columns"/>; what cannot be had is null.</param>
sealed record TextToTextReport(TextToTextRun Run, Rewritings Texts, int Beams, IReadOnlyList<string> Written, IReadOnlyList<(string Name, double? Loss, double[]? Scores)> Rows) : Report
{
    const string Own = "this model";

    // So many texts are rewritten at the end of training, always the likeliest token; with more time, more of them with four beams.
    const int Quick = 100, Full = 1000, FullBeams = 4, Examples = 4;

    internal static TextToTextReport Of(TextToTextRun run, Depth depth)
    {
        Rewritings texts = run.Validation.Some(depth == Depth.Quick ? Quick : Full);
        int beams = depth == Depth.Quick ? 1 : FullBeams;
        IReadOnlyList<string> written = run.Write(texts.Sources, beams);
        SequencePairs pairs = run.ValidationPairs;
        var tokens = new WrittenTokens(run.Frame.Vocabulary, run.Frame.Padding);
        bool summaries = run.Settings.Judge == "rouge";
        IReadOnlyList<string> control = summaries ? texts.Leads : texts.Sources;
        return new(run, texts, beams, written,
        [
            (Own, tokens.Loss(run.Objective, pairs), Scores(summaries, texts, written)),
            (summaries ? "first sentence" : "text as it is", null, Scores(summaries, texts, control)),
            ("untrained", tokens.Loss(run.NewObjective(), pairs), null),
            ("word counts", tokens.LossOfCounts(run.TrainingPairs, pairs).Loss, null),
        ]);
    }

    // In per cent, the last the share of texts that became one of their references, letter by letter.
    static double[] Scores(bool summaries, Rewritings texts, IReadOnlyList<string> written)
    {
        double exact = 100 * written.Zip(texts.Targets, (text, ways) => ways.Contains(text) ? 1.0 : 0).Average();
        return summaries
            ? [100 * Mean((wanted, said) => Rouge.N(wanted, said, 1)), 100 * Mean((wanted, said) => Rouge.N(wanted, said, 2)), 100 * Mean(Rouge.L), exact]
            : [Bleu.Of(written, texts.Targets).Score, new ChrF().Of(written, texts.Targets), exact];

        double Mean(Func<string, string, RougeScore> score) => Rouge.Mean(texts.Targets, written, score);
    }

    string[] Measures => Run.Settings.Judge == "rouge" ? ["ROUGE-1", "ROUGE-2", "ROUGE-L", "exact"] : ["BLEU", "chrF", "exact"];

    string[] Columns => ["model", "loss", .. Measures];

    string How => Text.Invariant($"{Texts.Count} texts, {(Beams == 1 ? "always the likeliest token" : $"{Beams} beams")}{(Run.NoRepeat > 0 ? $", no {Run.NoRepeat} tokens in a row twice" : "")}");

    internal override string Heading => $"How well texts that were kept apart are rewritten ({How}): the loss of a token (lower is better), and what is written beside what people wrote "
        + "(higher is better), with what needs no learning:";

    string[] Cells((string Name, double? Loss, double[]? Scores) row) =>
        [row.Name, Text.Invariant($"{row.Loss:F4}"), .. Measures.Select((_, i) => Text.Invariant($"{row.Scores?[i]:F1}"))];

    IEnumerable<string[]> Shown => Enumerable.Range(0, Math.Min(Examples, Texts.Count)).Select(i => new[] { Texts.Sources[i], Written[i], Texts.Targets[i][0] });

    static string[] ExampleColumns => ["text", "what it wrote", "what a person wrote"];

    internal override void Print(Terminal terminal)
    {
        terminal.Table(Columns, Rows.Select(Cells));
        terminal.Table(ExampleColumns, Shown);
    }

    internal override string Verdict => Of(Rows[0].Loss!.Value, Rows[^1].Loss!.Value, Rows[0].Scores![0], Rows[1].Scores![0], Rows[1].Name, Measures[0]);

    /// <summary>What losses and scores say together.</summary>
    internal static string Of(double own, double counts, double score, double control, string name, string measure) =>
        own >= counts ? "It foresees no token better than counting does: it has not learned yet."
        : score > control ? $"Its texts are nearer to what people wrote than the {name} ({measure}): it has learned the task."
        : $"It foresees tokens better than counting does, but its texts are no nearer to what people wrote than the {name} ({measure}).";

    internal override JsonObject ToJson()
    {
        var json = new JsonObject(Rows.Select(row => KeyValuePair.Create<string, JsonNode?>(row.Name, new JsonObject(
        [
            KeyValuePair.Create<string, JsonNode?>("loss", row.Loss),
            .. Measures.Select((measure, i) => KeyValuePair.Create<string, JsonNode?>(Key(measure), row.Scores?[i])),
        ]))));
        json["texts"] = Texts.Count;
        json["beams"] = Beams;
        json["noRepeat"] = Run.NoRepeat;
        json["examples"] = new JsonArray([.. Shown.Select(row => (JsonNode)new JsonObject { ["text"] = row[0], ["written"] = row[1], ["wanted"] = row[2] })]);
        return json;
    }

    static string Key(string measure) => measure switch { "BLEU" => "bleu", "ROUGE-1" => "rouge1", "ROUGE-2" => "rouge2", "ROUGE-L" => "rougeL", _ => measure };

    internal override string ToMarkdown() => string.Join('\n',
        [
            $"# Evaluation on {Texts.Name}", "", $"{How}; losses over all {Run.Validation.Count} texts that were kept apart.", "",
            .. MarkdownTable.Of(Columns, Rows.Select(Cells)), "", Verdict, "", .. MarkdownTable.Of(ExampleColumns, Shown), "",
        ]);
}
