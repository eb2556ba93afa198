using System.Text.Json.Nodes;

namespace NativeSsl.Cli.Training;

/// <summary>How well the classes of test images are told from frozen features, beside pixels and the same encoder with random weights.</summary>
sealed record ImageReport(ImageRun Run, IReadOnlyList<ImageReport.Row> Rows) : Report
{
    /// <summary>Shares of test images told rightly, 0 … 1.</summary>
    internal sealed record Row(string Name, double Knn20, double Knn200, double Probe);

    internal static ImageReport Of(ImageRun run, Terminal terminal)
    {
        IImageSource test = run.Test is { Labels: not null } labelled && run.Train.Labels is not null ? labelled
            : throw new NativeSslException($"{run.Train.Name}: without labels, and a part to test on, nothing can be evaluated; name a set that has both with --data.");
        (string Name, Func<Tensor, Tensor> Encoder)[] encoders =
        [
            ("this encoder", run.Objective.Encoder.Forward),
            ("random encoder", run.RandomEncoder().Forward),
            ("pixels", x => x),
        ];
        return new ImageReport(run, [.. encoders.Select(entry =>
        {
            terminal.Note($"evaluating: {entry.Name}");
            FeatureSet known = run.FeaturesOf(entry.Name, entry.Encoder, run.Train, Split.Train), asked = run.FeaturesOf(entry.Name, entry.Encoder, test, Split.Test);
            var neighbours = new NearestNeighbours(known);
            int[][] voted = neighbours.Predict(asked.Values, [20, 200]);
            return new Row(entry.Name, asked.Accuracy(voted[0]), asked.Accuracy(voted[1]), LinearProbe.Fit(known).Accuracy(asked));
        })]);
    }

    internal override string Heading =>
        "How well the classes of images that were kept apart are told from frozen features (per cent, higher is better), beside pixels and random weights:";

    static readonly string[] Columns = ["features", "20 nearest", "200 nearest", "linear probe"];

    static string[] Cells(Row row) => [row.Name, .. new[] { row.Knn20, row.Knn200, row.Probe }.Select(share => Text.Invariant($"{100 * share:F2}"))];

    internal override void Print(Terminal terminal) => terminal.Table(Columns, Rows.Select(Cells));

    internal override string Verdict
    {
        get
        {
            Row best = Rows.Skip(1).MaxBy(row => row.Probe)!;
            return Rows[0].Probe > best.Probe && Rows[0].Knn20 > Rows.Skip(1).Max(row => row.Knn20)
                ? "Its features tell classes apart better than pixels and random weights do: it has learned without labels."
                : $"Its features tell classes apart no better than {best.Name}: it has not learned what helps here.";
        }
    }

    internal override JsonObject ToJson() => new(Rows.Select(row => KeyValuePair.Create<string, JsonNode?>(row.Name, new JsonObject
    {
        ["knn20"] = row.Knn20, ["knn200"] = row.Knn200, ["linearProbe"] = row.Probe,
    })));

    internal override string ToMarkdown() => string.Join('\n',
        [
            $"# Evaluation on {Run.Train.Name}", "", Heading, "",
            $"| {string.Join(" | ", Columns)} |", "|---|--:|--:|--:|", .. Rows.Select(row => $"| {string.Join(" | ", Cells(row))} |"), "", Verdict, "",
        ]);
}
