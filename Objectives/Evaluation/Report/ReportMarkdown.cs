using System.Globalization;
using System.Text;

namespace NativeSsl;

/// <summary>A report as a table: one row each, measures as columns, seconds, operations and samples seen at the end.</summary>
static class ReportMarkdown
{
    internal static string Of(ReportCard card)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"# {card.Title}\n\n| |");
        foreach ((string name, bool isShare) in card.Measures)
            text.Append(CultureInfo.InvariantCulture, $" {Escaped(name)}{(isShare ? ", %" : "")} |");
        text.Append(" seconds | GFLOP | samples seen |\n|---|");
        for (int i = 0; i < card.Measures.Count + 3; i++) text.Append("--:|");
        text.Append('\n');
        foreach (ReportRow row in card.Rows)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {Escaped(row.Name)} |");
            foreach ((string name, bool isShare) in card.Measures)
                text.Append(CultureInfo.InvariantCulture, $" {Shown(row, name, isShare)} |");
            text.Append(CultureInfo.InvariantCulture, $" {row.Cost.Seconds:0.0} | " +
                $"{(row.Cost.Flops is { } flops ? (flops / 1e9).ToString("0", CultureInfo.InvariantCulture) : "–")} | " +
                    $"{row.Cost.SamplesSeen} |\n");
        }
        text.Append(CultureInfo.InvariantCulture,
            $"\n± is half the 95 % interval (Student's t) over draws or seeds; without it there was one. {ReportCard.Note}\n");
        return text.ToString();
    }

    static string Shown(ReportRow row, string measure, bool isShare)
    {
        if (!row.Scores.TryGetValue(measure, out Score score)) return "–";
        string format = isShare ? "0.0" : "0.000";
        double scale = isShare ? 100 : 1;
        string mean = (scale * score.Mean).ToString(format, CultureInfo.InvariantCulture);
        return score.HalfWidth is { } half ? $"{mean} ± {(scale * half).ToString(format, CultureInfo.InvariantCulture)}" : mean;
    }

    static string Escaped(string name) => name.Replace("|", "\\|", StringComparison.Ordinal).ReplaceLineEndings(" ");
}
