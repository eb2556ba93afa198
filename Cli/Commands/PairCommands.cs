using System.CommandLine;
using System.Text.Json.Nodes;
using NativeSsl.Cli.Training;

namespace NativeSsl.Cli.Commands;

/// <summary><c>nativessl related</c> and <c>nativessl order</c>: whether texts belong together, and in which order.</summary>
static class PairCommands
{
    /// <summary>A run of some kind, its weights read.</summary>
    internal static T Load<T>(string directory, IBackend backend, Terminal terminal, string what) where T : Run
    {
        if (Run.Load(directory, backend, terminal) is not T run) throw new NativeSslException($"{directory}: this run is not one that {what}.");
        run.ReadWeights(directory);
        return run;
    }

    internal static Command CreateRelated(CommonOptions options, Terminal terminal)
    {
        var first = new Argument<string>("first") { Description = "a text" };
        var second = new Argument<string>("second") { Description = "another, which may follow it" };
        var run = new Option<string>("--run") { Description = "the directory of a run whose recipe has pairs: next", HelpName = "directory", Required = true };
        var command = new Command("related", "say how likely it is that two texts belong together: that the second follows the first") { first, second, run };
        command.SetAction(parsed =>
        {
            using var device = new OpenDevice(options.Open(parsed, terminal));
            MaskedWordsRun model = Load<MaskedWordsRun>(parsed.GetValue(run)!, device.Backend, terminal, "guesses words");
            if (model.Objective is not NextSentence objective)
                throw new NativeSslException($"{parsed.GetValue(run)}: this run has not learned whether texts follow each other; its recipe needs \"pairs\": \"next\".");
            ITokenizer tokenizer = model.Source.Tokenizer;
            double probability = objective.Together(tokenizer.Encode(parsed.GetValue(first)!), tokenizer.Encode(parsed.GetValue(second)!), model.Source.Marks);
            if (parsed.GetValue(options.Json)) terminal.Json(new JsonObject { ["together"] = probability });
            else terminal.Out.WriteLine(Text.Invariant($"{probability:F4}"));
            return ExitCode.Done;
        });
        return command;
    }

    internal static Command CreateOrder(CommonOptions options, Terminal terminal)
    {
        var sentences = new Argument<string[]>("sentences") { Description = "shuffled sentences", Arity = ArgumentArity.OneOrMore };
        var run = new Option<string>("--run") { Description = "the directory of a run whose recipe has pairs: order", HelpName = "directory", Required = true };
        var command = new Command("order", "put shuffled sentences into their likeliest order") { sentences, run };
        command.SetAction(parsed =>
        {
            using var device = new OpenDevice(options.Open(parsed, terminal));
            MaskedWordsRun model = Load<MaskedWordsRun>(parsed.GetValue(run)!, device.Backend, terminal, "guesses words");
            if (model.Objective is not SentenceOrder objective)
                throw new NativeSslException($"{parsed.GetValue(run)}: this run has not learned the order of texts; its recipe needs \"pairs\": \"order\".");
            string[] given = parsed.GetValue(sentences)!;
            int[] order = objective.Order([.. given.Select(model.Source.Tokenizer.Encode)], model.Source.Marks);
            if (parsed.GetValue(options.Json)) terminal.Json(new JsonArray([.. order.Select(place => (JsonNode)given[place])]));
            else foreach (int place in order) terminal.Out.WriteLine(given[place]);
            return ExitCode.Done;
        });
        return command;
    }
}
