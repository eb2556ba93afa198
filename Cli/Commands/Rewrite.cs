using System.CommandLine;
using System.Text.Json.Nodes;
using NativeSsl.Cli.Training;

namespace NativeSsl.Cli.Commands;

/// <summary><c>nativessl rewrite</c>: lets a run of text to text translate, summarise, or whatever it has learned.</summary>
static class Rewrite
{
    internal static Command Create(CommonOptions options, Terminal terminal, Stop stop)
    {
        var texts = new Argument<string[]>("texts") { Description = "what is to be rewritten; the lines of standard input if not given", Arity = ArgumentArity.ZeroOrMore };
        var run = new Option<string>("--run") { Description = "the directory of a run of text to text", HelpName = "directory", Required = true };
        var beams = new Option<int>("--beams") { Description = "how many beginnings are followed at once; 1 always takes the likeliest token", HelpName = "number", DefaultValueFactory = _ => 4 };
        var length = new Option<int?>("--length") { Description = "the most tokens that are written; the recipe's if not given", HelpName = "number" };
        CommonOptions.AtLeast(beams, 1);
        var noRepeat = new Option<int?>("--no-repeat") { Description = "so many tokens in a row are written once at most, 0 for no limit; 3 for summaries and 0 for other runs if not given", HelpName = "number" };
        CommonOptions.AtLeast(length, 1);
        CommonOptions.AtLeast(noRepeat, 0);
        var command = new Command("rewrite", "translate, summarise, or whatever a run has learned to make of texts: a line for each") { texts, run, beams, length, noRepeat };
        command.SetAction(parsed =>
        {
            using var device = new OpenDevice(options.Open(parsed, terminal));
            TextToTextRun model = PairCommands.Load<TextToTextRun>(parsed.GetValue(run)!, device.Backend, terminal, "rewrites texts; its recipe needs \"objective\": \"text-to-text\"");
            string[] given = parsed.GetValue(texts) ?? [];
            var all = new JsonArray();
            // Somebody who types wants an answer to each line; a file is read some lines at a time, since texts of like lengths go together.
            foreach (string[] some in (given.Length > 0 ? given : Lines(terminal.In)).Chunk(terminal.IsInteractive ? 1 : Rewriter.Batch))
            {
                if (stop.Requested) return stop.Code;
                int[] places = [.. Enumerable.Range(0, some.Length).Where(i => !string.IsNullOrWhiteSpace(some[i]))];         // a blank line stays one
                string[] written = [.. some.Select(_ => "")];
                if (places.Length > 0)
                    foreach ((int place, string text) in places.Zip(model.Write([.. places.Select(place => some[place])], parsed.GetValue(beams), parsed.GetValue(length), parsed.GetValue(noRepeat)))) written[place] = text;
                foreach ((string before, string after) in some.Zip(written))
                    if (parsed.GetValue(options.Json)) all.Add((JsonNode)new JsonObject { ["text"] = before, ["written"] = after });
                    else terminal.Out.WriteLine(after);
                terminal.Out.Flush();
            }
            if (parsed.GetValue(options.Json)) terminal.Json(all);
            return ExitCode.Done;
        });
        return command;
    }

    static IEnumerable<string> Lines(TextReader reader)
    {
        while (reader.ReadLine() is { } line) yield return line;
    }
}
