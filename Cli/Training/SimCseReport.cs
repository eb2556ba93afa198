using System.Text.Json.Nodes;

namespace NativeSsl.Cli.Training;

/// <summary>What rows of sentences that were kept apart look like, beside those the run began with and those of random weights. No labels are needed.</summary>
/// <param name="Run">Whose.</param>
/// <param name="Rows">Each with its measures.</param>
sealed record SimCseReport(SimCseRun Run, IReadOnlyList<(string Name, double Nearer, double Cosine, double Uniformity, double Rank)> Rows) : Report
{
    // So many sentences settle a per cent.
    const int Sentences = 2000;

    internal static SimCseReport Of(SimCseRun run)
    {
        // A sentence, the one that follows, and one from elsewhere.
        var random = new RandomSource(1, 1);
        bool inLines = run.Settings.Samples == SimCseRecipe.OfLines;               // of those the second alone belongs to the first
        int[] all = [.. run.Source.HeldOut.Documents.SelectMany(document => Enumerable.Range(document.First, inLines ? 1 : document.End - document.First - 1))];
        if (all.Length == 0) throw new NativeSslException($"{run.Source.Documents.Name}: of the text that is kept apart, no sentence follows another; nothing can be compared.");
        random.Shuffle<int>(all);
        int[] firsts = all[..Math.Min(Sentences, all.Length)];
        TextSample[] Samples(Func<int, int> which) => [.. firsts.Select((_, i) => which(i)).Select(segment => run.Source.Store.Tokens(segment, segment + 1))
            .Select(tokens => TextSample.Of(run.Source.Marks, tokens.AsSpan(0, Math.Min(tokens.Length, run.Settings.Sentence - 2))))];
        TextSample[][] texts = [Samples(i => firsts[i]), Samples(i => firsts[i] + 1), Samples(i => firsts[(i + 1) % firsts.Length])];
        List<(string, double, double, double, double)> rows = [Row("this encoder", run.Encoder)];
        if (Directory.Exists(run.Settings.From))
        {
            Bert before = run.NewEncoder();
            SimCseRun.ReadEncoder(run.Settings.From, before);
            rows.Add(Row("where it began", before));
        }
        rows.Add(Row("random encoder", run.NewEncoder()));
        return new(run, rows);

        (string, double, double, double, double) Row(string name, Bert encoder)
        {
            Tensor[] x = [.. texts.Select(samples => run.Rows(encoder, samples).Normalize())];
            float[] next = (x[0] * x[1]).Sum(-1).ToArray(), other = (x[0] * x[2]).Sum(-1).ToArray();
            return (name, next.Zip(other, (a, b) => a > b ? 1.0 : a < b ? 0 : 0.5).Average(), other.Average(), Uniformity.Of(x[0]), RankMe.Of(x[0]));
        }
    }

    internal override string Heading => "Sentences that were kept apart, without labels: how often the sentence that follows is nearer than one from elsewhere (by chance 50 %), the mean cosine of two "
        + "sentences from anywhere (0 is best), uniformity (lower is better) and the number of directions:";

    static string[] Columns => ["model", "next is nearer", "cosine of any two", "uniformity", "RankMe"];

    static string[] Shown((string Name, double Nearer, double Cosine, double Uniformity, double Rank) row) =>
        [row.Name, Text.Invariant($"{100 * row.Nearer:F1} %"), Text.Invariant($"{row.Cosine:F3}"), Text.Invariant($"{row.Uniformity:F3}"), Text.Invariant($"{row.Rank:F1}")];

    internal override void Print(Terminal terminal) => terminal.Table(Columns, Rows.Select(Shown));

    internal override string Verdict => Rows[0].Uniformity >= Rows[^2].Uniformity && Rows.Count > 2 ? "Its sentences are no more spread out than before: it has not learned yet."
        : Rows[0].Nearer > Rows.Skip(1).Max(row => row.Nearer) ? "Sentences that belong together are nearer to each other than before: it has learned."
        : "Its sentences are spread out, but those that belong together are not nearer than before.";

    internal override JsonObject ToJson() => new(Rows.Select(row => KeyValuePair.Create<string, JsonNode?>(row.Name, new JsonObject
    {
        ["nextIsNearer"] = row.Nearer, ["meanCosine"] = row.Cosine, ["uniformity"] = row.Uniformity, ["rankMe"] = row.Rank,
    })));

    internal override string ToMarkdown() => string.Join('\n',
        [$"# Evaluation on {Run.Source.Documents.Name}", "", Heading, "", $"| {string.Join(" | ", Columns)} |", "|---|---|---|---|---|", .. Rows.Select(row => $"| {string.Join(" | ", Shown(row))} |"), "", Verdict, ""]);
}
