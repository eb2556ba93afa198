using System.Text.Json.Nodes;

namespace NativeSsl.Cli.Training;

/// <summary>The report card of an encoder: what frozen features tell about images that were kept apart, beside pixels, colours and random weights.</summary>
/// <param name="Card">The scores.</param>
/// <param name="Spoilt">What is left of one of them on spoilt images; null if that was not asked.</param>
sealed record ImageReport(ReportCard Card, ReportCard? Spoilt) : Report
{
    const string Probe = "probe 100 %", Nearest = "kNN-20";

    internal override string Heading =>
        "What frozen features tell about images that were kept apart (shares in per cent, higher is better), beside features that nobody learned:";

    internal override void Print(Terminal terminal)
    {
        terminal.Table(["", .. Card.Rows.Select(row => row.Name)], Card.Measures.Select(measure =>
            (string[])[measure.Name, .. Card.Rows.Select(row => Shown(row, measure))]));
        if (Spoilt is null) return;
        terminal.Out.WriteLine($"{Spoilt.Title}, per cent:");
        terminal.Table(["", .. Spoilt.Measures.Select(measure => measure.Name)], Spoilt.Rows.Select(row =>
            (string[])[row.Name, .. Spoilt.Measures.Select(measure => Shown(row, measure))]));
    }

    static string Shown(ReportRow row, (string Name, bool IsShare) measure)
    {
        if (!row.Scores.TryGetValue(measure.Name, out Score score)) return "";
        string Number(double value) => measure.IsShare ? Text.Invariant($"{100 * value:F1}") : Text.Invariant($"{value:F3}");
        return Number(score.Mean) + (score.HalfWidth is { } half ? $" ± {Number(half)}" : "");
    }

    internal override string Verdict
    {
        get
        {
            if (!Card.Measures.Any(measure => measure.Name == Probe)) return "Without labels nobody can say what the features are good for; name a set that has some with --data.";
            double Own(string measure) => Card.Rows[0].Scores[measure].Mean;
            double Best(string measure) => Card.Rows.Skip(1).Where(row => row.Scores.ContainsKey(measure)).Max(row => row.Scores[measure].Mean);
            return (Own(Probe) > Best(Probe), Own(Nearest) > Best(Nearest)) switch
            {
                (true, true) => "Its features tell classes apart better than all that nobody learned, by neighbours and by probe: it has learned without labels.",
                (true, false) => "A linear probe reads more from its features than from all that nobody learned, but nearest neighbours do not: it has learned something.",
                _ => "Its features tell classes apart no better than what nobody learned: it has not learned what helps here.",
            };
        }
    }

    internal override JsonObject ToJson()
    {
        JsonObject json = JsonNode.Parse(Card.ToJson())!.AsObject();
        if (Spoilt is not null) json["spoilt"] = JsonNode.Parse(Spoilt.ToJson());
        return json;
    }

    internal override string ToMarkdown() => $"{Card.ToMarkdown()}{(Spoilt is null ? "" : $"\n#{Spoilt.ToMarkdown()}")}\n{Verdict}\n";
}
