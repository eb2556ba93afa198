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
            string prompted = parsed.GetValue(prompt)!;
            int[] start = text.Tokenizer.Encode(prompted);
            // Some tokenizers have no token for white space. A text begins where another one has ended.
            if (start.Length == 0 && text.Source.End is { } end) start = [end];
            if (parsed.GetValue(options.DryRun)) return ExitCode.Done;

            bool json = parsed.GetValue(options.Json);
            if (!json) terminal.Out.Write(prompted);
            var spoken = new WrittenText(text.Tokenizer, start);
            foreach (int token in text.Model.Generate(start, sampling with { StopTokens = text.Source.End is { } stopAt ? new HashSet<int> { stopAt } : sampling.StopTokens }))
            {
                if (stop.Requested) return stop.Code;
                string fresh = spoken.Add(token);
                if (json) continue;
                terminal.Out.Write(fresh);
                terminal.Out.Flush();
            }
            if (json) terminal.Json(new JsonObject { ["prompt"] = prompted, ["text"] = spoken.Text });
            else terminal.Out.WriteLine(spoken.Rest);
            return ExitCode.Done;
        });
        return command;
    }
}
