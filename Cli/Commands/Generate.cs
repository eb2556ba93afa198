using System.CommandLine;
using System.Text.Json.Nodes;
using NativeSsl.Cli.Training;

namespace NativeSsl.Cli.Commands;

/// <summary><c>nativessl generate</c>: lets a model write.</summary>
static class Generate
{
    internal static Command Create(CommonOptions options, Terminal terminal, Stop stop)
    {
        var run = new Option<string>("--run") { Description = "the directory of the run", HelpName = "directory", Required = true };
        var prompt = new Option<string>("--prompt") { Description = "what the text begins with", HelpName = "text", DefaultValueFactory = _ => "\n" };
        var tokens = new Option<int>("--tokens") { Description = "how many new tokens", HelpName = "number", DefaultValueFactory = _ => 300 };
        var temperature = new Option<double>("--temperature") { Description = "below 1 bold, above 1 wild, 0 always the likeliest", HelpName = "number", DefaultValueFactory = _ => 0.8 };
        var topK = new Option<int?>("--top-k") { Description = "choose among so many of the likeliest tokens", HelpName = "number" };
        var topP = new Option<double>("--top-p") { Description = "choose among the likeliest tokens that together have this probability", HelpName = "number", DefaultValueFactory = _ => 1 };
        var command = new Command("generate", "write on from a prompt") { run, prompt, tokens, temperature, topK, topP };
        command.SetAction(parsed =>
        {
            var sampling = new SamplingOptions
            {
                Temperature = parsed.GetValue(temperature), TopK = parsed.GetValue(topK), TopP = parsed.GetValue(topP),
                MaxTokens = parsed.GetValue(tokens), Seed = (ulong)(parsed.GetValue(options.Seed) ?? 0),
            };
            sampling.Check();
            using var device = new OpenDevice(options.Open(parsed, terminal));
            if (Run.Load(parsed.GetValue(run)!, device.Backend, terminal) is not TextRun text)
                throw new NativeSslException($"{parsed.GetValue(run)}: this run has not learned to write; try evaluate, embed, fill or rewrite.");
            text.ReadWeights(parsed.GetValue(run)!);
            int[] start = text.Tokenizer.Encode(parsed.GetValue(prompt)!);
            if (parsed.GetValue(options.DryRun)) return ExitCode.Done;

            bool json = parsed.GetValue(options.Json);
            if (!json) terminal.Out.Write(parsed.GetValue(prompt));
            List<int> written = [];
            string shown = "";
            foreach (int token in text.Model.Generate(start, sampling))
            {
                if (stop.Requested) return stop.Code;
                written.Add(token);
                if (json) continue;
                string whole = text.Tokenizer.Decode([.. written]);          // a character may be made of several tokens
                if (whole.EndsWith('\uFFFD') || !whole.StartsWith(shown, StringComparison.Ordinal)) continue;
                terminal.Out.Write(whole[shown.Length..]);
                terminal.Out.Flush();
                shown = whole;
            }
            if (json) terminal.Json(new JsonObject { ["prompt"] = parsed.GetValue(prompt), ["text"] = text.Tokenizer.Decode([.. written]) });
            else terminal.Out.WriteLine();
            return ExitCode.Done;
        });
        return command;
    }
}
