using System.CommandLine;
using System.Text.Json.Nodes;
using NativeSsl.Cli.Training;

namespace NativeSsl.Cli.Commands;

/// <summary><c>nativessl list</c>: recipes of this program, and the runs in a folder.</summary>
static class List
{
    internal static Command Create(CommonOptions options, Terminal terminal)
    {
        var folder = new Option<string>("--runs") { Description = "the folder of runs", HelpName = "folder", DefaultValueFactory = _ => "runs" };
        var command = new Command("list", "list recipes, and runs with how far they are") { folder };
        command.SetAction(parsed =>
        {
            Recipe[] recipes = [.. RecipeShelf.Names.Select(RecipeShelf.Find)];
            string where = parsed.GetValue(folder)!;
            Row[] runs = Directory.Exists(where) ? [.. Directory.GetDirectories(where).Order(StringComparer.Ordinal).Where(IsRun).Select(Describe)] : [];
            if (parsed.GetValue(options.Json))
                terminal.Json(new JsonObject
                {
                    ["recipes"] = new JsonArray([.. RecipeShelf.Names.Select(name => (JsonNode)name)]),
                    ["runs"] = new JsonArray([.. runs.Select(run => (JsonNode)new JsonObject { ["run"] = run.Path, ["steps"] = run.Steps, ["of"] = run.Of, ["validationLoss"] = run.Loss })]),
                });
            else
            {
                terminal.Table(["recipe", "objective", "model", "steps"], recipes.Zip(RecipeShelf.Names, (recipe, name) => new[]
                    { name, recipe.Objective, Model(recipe), Text.Invariant($"{recipe.Steps}") }));
                if (runs.Length > 0)
                    terminal.Table(["run", "steps", "of", "validation loss"], runs.Select(run => new[]
                        { run.Path, Text.Invariant($"{run.Steps}"), Text.Invariant($"{run.Of}"), run.Loss is { } loss ? Text.Invariant($"{loss:F4}") : "" }));
            }
            return ExitCode.Done;
        });
        return command;
    }

    sealed record Row(string Path, long Steps, long Of, double? Loss);

    static string Model(Recipe recipe) => recipe switch
    {
        TextRecipe text => Text.Invariant($"{text.Layers} {(text.Layers == 1 ? "layer" : "layers")} of {text.Width}, context {text.Context}"),
        EncoderRecipe encoder => Text.Invariant($"{encoder.Layers} {(encoder.Layers == 1 ? "layer" : "layers")} of {encoder.Width}, context {encoder.Context}"),
        SequenceRecipe sequence => Text.Invariant($"{sequence.Layers} + {sequence.Layers} layers of {sequence.Width}, context {sequence.Context}"),
        ImageRecipe images => Text.Invariant($"{images.Encoder} from {images.Width} channels on, {images.HeadWidth} to {images.Projection}"),
        _ => "",
    };

    static bool IsRun(string path) => File.Exists(Path.Combine(path, "recipe.json"));

    static Row Describe(string path)
    {
        string metrics = Path.Combine(path, "metrics.jsonl");
        IReadOnlyList<MetricsLine> lines = File.Exists(metrics) ? MetricsLog.Read(metrics) : [];
        double? loss = lines.LastOrDefault(line => line.Values.ContainsKey("validationLoss"))?.Values["validationLoss"];
        return new Row(path, lines.Count > 0 ? lines[^1].Step : 0, Recipe.Load(Path.Combine(path, "recipe.json")).Steps, loss);
    }
}
