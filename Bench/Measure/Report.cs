using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace NativeSsl.Bench.Measure;

/// <summary>
/// <c>Bench/Results/&lt;machine&gt;/cpu.md</c>, or another file of results: one section a command, replaced when that command runs again; the verdict at the top is gathered
/// from the goals that the sections state.
/// </summary>
sealed partial class Report(string section, string title, string? file = null)
{
    readonly StringBuilder _body = new();
    readonly List<string> _goals = [];
    readonly OtherLoad _load = new();
    readonly DateTime _start = DateTime.UtcNow;
    DoneRuns? _done;

    string Path => System.IO.Path.Combine(Machine.Root, "Bench", "Results", file ?? System.IO.Path.Combine(Machine.Name, "cpu.md"));

    /// <summary>Takes up what a stopped study has left, and keeps the runs that are done from now on until <see cref="Save"/>.</summary>
    public DoneRuns Resume() => _done = new(section, _load);

    /// <summary>A paragraph, printed as well.</summary>
    public void Text(string text)
    {
        Console.WriteLine(text);
        _body.Append(text).Append("\n\n");
    }

    /// <summary>A report card, under its title.</summary>
    public void Card(ReportCard card) => Text($"**{card.Title}**\n\n" + string.Join('\n', card.ToMarkdown().Split('\n').Skip(2)).Trim());

    /// <summary>Starts a table.</summary>
    public void Head(params string[] columns)
    {
        Row(columns);
        Row([.. columns.Select((_, i) => i == 0 ? "---" : "--:")]);
    }

    /// <summary>A row of the table, printed as soon as it is known.</summary>
    public void Row(params string[] cells)
    {
        string line = $"| {string.Join(" | ", cells)} |";
        Console.WriteLine(line);
        _body.Append(line).Append('\n');
    }

    /// <summary>Ends a table.</summary>
    public void EndTable() => _body.Append('\n');

    /// <summary>A row of two timings: medians, ratio with its quartiles, the tenth percentiles' ratio, and the speeds if the work is known.</summary>
    public void Row(string name, Pair pair, double flops = 0)
    {
        string[] cells = [name, Time(pair.Ours), Time(pair.Theirs), $"**{Number(pair.Ratio)}**",
            $"{Number(pair.Quartiles.Low)} – {Number(pair.Quartiles.High)}", Number(pair.RatioTenth)];
        Row(flops == 0 ? cells : [.. cells, $"{flops / pair.Ours / 1e3:F0}", $"{flops / pair.Theirs / 1e3:F0}"]);
    }

    /// <summary>The head that fits <see cref="Row(string, Pair, double)"/>.</summary>
    public void PairHead(string what, bool speeds, string theirs = "libtorch")
    {
        string[] columns = [what, "ours", theirs, "ratio", "middle half", "ratio of p10"];
        Head(speeds ? [.. columns, "ours GFLOP/s", $"{theirs} GFLOP/s"] : columns);
    }

    /// <summary>A goal and whether it was reached: for the verdict.</summary>
    public void Goal(string what, double measured, double atMost, string unit = "") => Goal(what, measured, $"≤ {Number(atMost)}", measured <= atMost, unit);

    /// <summary>A goal that is reached from above.</summary>
    public void GoalAtLeast(string what, double measured, double least, string unit = "") => Goal(what, measured, $"≥ {Number(least)}", measured >= least, unit);

    void Goal(string what, double measured, string wanted, bool isMet, string unit)
    {
        string line = $"| {what} | {wanted}{unit} | {Number(measured)}{unit} | {(isMet ? "met" : "**missed**")} |";
        Console.WriteLine("goal " + line);
        _goals.Add(line);
    }

    /// <summary>Writes the section into the file.</summary>
    public void Save(string command)
    {
        string results = File.Exists(Path) ? File.ReadAllText(Path)
            : $"# {System.IO.Path.GetFileNameWithoutExtension(file) ?? Machine.Name}\n\n<!-- verdict -->\n<!-- /verdict -->\n";
        (int parts, double seconds, double busy) = _done?.Taken ?? (1, _load.Seconds, _load.Cores);
        string load = $"{busy:F2} cores busy with other work{(busy > 0.2 ? " (**too noisy: measure again**)" : "")}";
        if (parts > 1) load += $", in {parts} parts";
        string text = $"<!-- {section} -->\n## {title}\n\n`{command}`, {_start:yyyy-MM-dd HH:mm} UTC, commit {Machine.Commit}, {load}, {seconds:F0} s\n\n"
            + _body.ToString().TrimEnd() + "\n"
            + (_goals.Count == 0 ? "" : $"\n| goal of this section | wanted | measured | |\n|---|--:|--:|---|\n{string.Join("\n", _goals)}\n")
            + $"<!-- /{section} -->\n";
        results = Replace(results, section, text);
        string[] goals = [.. GoalLine().Matches(Replace(results, "verdict", "")).Select(match => match.Value)];
        string meaning = file is not null ? "Each section says which command made it."
            : $"Ratios are time (or memory) of ours over theirs, the median over paired turns; under 1 ours is faster. All of it again: `{Everything}`";
        results = Replace(results, "verdict", $"<!-- verdict -->\n{Machine.Description}\n\n{meaning}\n\n"
            + (goals.Length == 0 ? "" : $"| goal | wanted | measured | |\n|---|--:|--:|---|\n{string.Join("\n", goals)}\n") + "<!-- /verdict -->\n");
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path)!);
        File.WriteAllText(Path, results);
        _done?.Forget();
        Console.WriteLine($"written: {Path} ({load})");
    }

    /// <summary>The command that measures everything.</summary>
    public const string Everything = "dotnet run -c Release --project Bench -p:Libtorch=true -- all";

    static string Replace(string results, string name, string text)
    {
        string open = $"<!-- {name} -->\n", close = $"<!-- /{name} -->\n";
        int from = results.IndexOf(open, StringComparison.Ordinal), to = results.IndexOf(close, StringComparison.Ordinal);
        return from < 0 || to < 0 ? results + "\n" + text : results[..from] + text + results[(to + close.Length)..];
    }

    [GeneratedRegex(@"^\| .* \| [≤≥] .* \| .* \| (met|\*\*missed\*\*) \|$", RegexOptions.Multiline)]
    private static partial Regex GoalLine();

    /// <summary>Microseconds, in the unit that reads best.</summary>
    public static string Time(double microseconds) => microseconds switch
    {
        < 1000 => string.Create(CultureInfo.InvariantCulture, $"{microseconds:F1} µs"),
        < 1e6 => string.Create(CultureInfo.InvariantCulture, $"{microseconds / 1e3:F2} ms"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{microseconds / 1e6:F2} s"),
    };

    /// <summary>Three digits that matter.</summary>
    public static string Number(double value) => value switch
    {
        > 0 and < 0.005 => string.Create(CultureInfo.InvariantCulture, $"{value:0.0e-0}"),
        < 10 => string.Create(CultureInfo.InvariantCulture, $"{value:0.00#}"),
        < 1000 => string.Create(CultureInfo.InvariantCulture, $"{value:0.#}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{value:0}"),
    };
}
