using System.CommandLine;
using System.Text.Json.Nodes;
using NativeSsl.Cli.Training;

namespace NativeSsl.Cli.Commands;

/// <summary><c>nativessl fill</c>: which words may stand in the gaps of a sentence.</summary>
static class Fill
{
    static readonly string[] Gaps = ["___", "[MASK]", "<mask>"];

    internal static Command Create(CommonOptions options, Terminal terminal)
    {
        var text = new Argument<string>("text") { Description = "a sentence with a gap or several, written ___" };
        var run = new Option<string>("--run") { Description = "the directory of the run", HelpName = "directory", Required = true };
        var top = new Option<int>("--top") { Description = "how many words", HelpName = "number", DefaultValueFactory = _ => 5 };
        CommonOptions.AtLeast(top, 1);
        var command = new Command("fill", "guess the words that are missing from a sentence") { text, run, top };
        command.SetAction(parsed =>
        {
            string[] pieces = parsed.GetValue(text)!.Split(Gaps, StringSplitOptions.None);
            if (pieces.Length < 2) throw new NativeSslException("fill: the text has no gap; write ___ where a word is to be guessed.");
            using var device = new OpenDevice(options.Open(parsed, terminal));
            string directory = parsed.GetValue(run)!;
            MaskedWordsRun model = PairCommands.Load<MaskedWordsRun>(directory, device.Backend, terminal, "guesses words");
            Guess[][] gaps = model.Head.Fill(model.Encoder, model.Source.Marks, model.Source.Encode(pieces), parsed.GetValue(top));
            if (parsed.GetValue(options.Json))
                terminal.Json(new JsonArray([.. gaps.Select(words => (JsonNode)new JsonArray([.. words.Select(word => (JsonNode)new JsonObject
                    { ["word"] = model.Source.Show(word.Token), ["probability"] = word.Probability })]))]));
            else
                terminal.Table(["gap", "word", "probability"], gaps.SelectMany((words, gap) => words.Select(word => new[]
                    { Text.Invariant($"{gap + 1}"), model.Source.Show(word.Token), Text.Invariant($"{word.Probability:F4}") })));
            return ExitCode.Done;
        });
        return command;
    }
}
