using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Spectre.Console;

namespace NativeSsl.Cli;

/// <summary>Where commands write: results to standard output, everything about how it goes to standard error.</summary>
sealed class Terminal
{
    static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    internal Terminal(TextWriter output, TextWriter error, bool isInteractive, TextReader? input = null)
    {
        (Out, Error, IsInteractive, In) = (output, error, isInteractive, input ?? TextReader.Null);
        Rich = Console(output, isInteractive);
        RichError = Console(error, isInteractive);
    }

    /// <summary>Where lines are read from, if a command is given none.</summary>
    internal TextReader In { get; }

    internal TextWriter Out { get; }
    internal TextWriter Error { get; }

    /// <summary>Whether a person looks at standard error: bars and colours; otherwise plain lines.</summary>
    internal bool IsInteractive { get; }

    /// <summary>Set when Ctrl-C has asked to stop: what takes long and has nothing to save yet ends with an <see cref="OperationCanceledException"/>.</summary>
    internal CancellationToken Stopping { get; set; }

    internal IAnsiConsole Rich { get; }
    internal IAnsiConsole RichError { get; }

    internal static Terminal OfProcess() =>
        new(System.Console.Out, System.Console.Error, !System.Console.IsErrorRedirected && Environment.GetEnvironmentVariable("TERM") != "dumb", System.Console.In);

    internal void Note(string line) => Error.WriteLine(line);

    internal void Warn(string line) => Error.WriteLine($"warning: {line}");

    internal void Json(JsonNode result) => Out.WriteLine(result.ToJsonString(Indented));

    /// <summary>A table; where nobody looks, with tabs between the columns.</summary>
    internal void Table(string[] columns, IEnumerable<string[]> rows)
    {
        if (!IsInteractive)
        {
            Out.WriteLine(string.Join('\t', columns));
            foreach (string[] row in rows) Out.WriteLine(string.Join('\t', row));
            return;
        }
        var table = new Table().Border(TableBorder.Rounded);
        foreach (string column in columns) table.AddColumn(Markup.Escape(column));
        foreach (string[] row in rows) table.AddRow([.. row.Select(Markup.Escape)]);
        Rich.Write(table);
    }

    static IAnsiConsole Console(TextWriter writer, bool isInteractive) => AnsiConsole.Create(new AnsiConsoleSettings
    {
        Out = new AnsiConsoleOutput(writer),
        Interactive = isInteractive ? InteractionSupport.Yes : InteractionSupport.No,
        Ansi = isInteractive ? AnsiSupport.Detect : AnsiSupport.No,
    });
}
