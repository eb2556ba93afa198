namespace NativeSsl.Cli.Training;

/// <summary>Tables of reports that hold texts: what is written in a cell cannot end it.</summary>
static class MarkdownTable
{
    internal static IEnumerable<string> Of(string[] columns, IEnumerable<string[]> rows) =>
        [Line(columns), $"|{string.Concat(columns.Select(_ => "---|"))}", .. rows.Select(Line)];

    static string Line(string[] cells) => $"| {string.Join(" | ", cells.Select(cell => cell.Replace("|", "\\|", StringComparison.Ordinal)))} |";
}
