namespace NativeSsl;

/// <summary>
/// What was learned, beside its controls: rows and measures with their intervals, and what each row took. Every bank and every probe in it
/// was fitted on the training split alone: there is no way to give one a test image.
/// </summary>
/// <param name="title">Its heading.</param>
public sealed class ReportCard(string title)
{
    /// <summary>What stands under every report.</summary>
    internal const string Note = "Banks, probes, components and the choice of every regularisation saw the training split only.";

    readonly List<ReportRow> _rows = [];
    readonly List<(string Name, bool IsShare)> _measures = [];

    /// <summary>Its heading.</summary>
    public string Title => title;
    /// <summary>The rows, in the order they were added.</summary>
    public IReadOnlyList<ReportRow> Rows => _rows;
    /// <summary>The measures, in the order they were first named, and whether they are shares of 1.</summary>
    public IReadOnlyList<(string Name, bool IsShare)> Measures => _measures;

    /// <summary>A new row.</summary>
    /// <exception cref="NativeSslException">There is one of this name.</exception>
    public ReportRow AddRow(string name, Cost cost = default)
    {
        if (_rows.Any(row => row.Name == name)) throw new NativeSslException($"ReportCard: there is a row {name} already.");
        _rows.Add(new ReportRow(name, cost));
        return _rows[^1];
    }

    /// <summary>Adds a score to a row, and its measure to the columns if it is new.</summary>
    /// <param name="row">The row.</param>
    /// <param name="measure">The measure.</param>
    /// <param name="score">What was measured.</param>
    /// <param name="isShare">Whether it is a share of 1, to be shown in per cent.</param>
    public void Add(ReportRow row, string measure, Score score, bool isShare = true)
    {
        if (!_measures.Any(known => known.Name == measure)) _measures.Add((measure, isShare));
        row.Add(measure, score);
    }

    /// <summary>The report as a table in markdown.</summary>
    public string ToMarkdown() => ReportMarkdown.Of(this);

    /// <summary>The report as JSON: <c>title</c>, <c>note</c> and <c>rows</c>, in which a score is <c>mean</c>, <c>halfWidth</c> and
    /// <c>count</c>.</summary>
    public string ToJson() => ReportJson.Of(this);

    /// <summary>Writes <c>report.md</c> and <c>report.json</c> into a folder, each whole or not at all.</summary>
    /// <exception cref="FileWriteException">The disk is full, or the folder cannot be written to.</exception>
    public void Write(string folder)
    {
        AtomicFile.Write(Path.Combine(folder, "report.md"), System.Text.Encoding.UTF8.GetBytes(ToMarkdown()));
        AtomicFile.Write(Path.Combine(folder, "report.json"), System.Text.Encoding.UTF8.GetBytes(ToJson()));
    }
}
