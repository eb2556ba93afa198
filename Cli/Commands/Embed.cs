using System.CommandLine;
using System.Text.Json.Nodes;
using NativeSsl.Cli.Training;

namespace NativeSsl.Cli.Commands;

/// <summary><c>nativessl embed</c>: features of images or of lines of text, in a file that other programs read.</summary>
static class Embed
{
    internal static Command Create(CommonOptions options, Terminal terminal)
    {
        var run = new Option<string>("--run") { Description = "the directory of the run", HelpName = "directory", Required = true };
        var data = new Option<string?>("--data") { Description = "other images than the run's own; of a text encoder, a file with a text on each line", HelpName = "path" };
        var output = new Option<string>("--out") { Description = "the file to write", HelpName = "file", DefaultValueFactory = _ => "features.safetensors" };
        var command = new Command("embed", "write the features of images, and their labels, or of lines of text, as safetensors") { run, data, output };
        command.SetAction(parsed =>
        {
            using var device = new OpenDevice(options.Open(parsed, terminal));
            string directory = parsed.GetValue(run)!, file = parsed.GetValue(output)!;
            string? path = parsed.GetValue(data);
            bool isText = Recipe.Load(Path.Combine(directory, "recipe.json")) is EncoderRecipe;
            Run loaded = Run.Load(directory, device.Backend, terminal, isText ? null : path);
            if (loaded is EncoderRun encoder) return Lines(encoder, directory, path, file, parsed.GetValue(options.DryRun), parsed.GetValue(options.Json), terminal);
            if (loaded is not ImageRun images) throw new NativeSslException($"{directory}: this run has learned to write text; embed is for encoders of images or of text.");
            images.ReadWeights(directory);
            (string Name, IImageSource? Images, Split Split)[] parts = [("train", images.Train, Split.Train), ("test", images.Test, Split.Test)];
            List<SafetensorsItem> items = [];
            foreach ((string name, IImageSource? source, Split split) in parts)
            {
                if (source is null) continue;
                terminal.Note(Text.Invariant($"{name}: {source.Count} images of {source.Name}, {images.Objective.Encoder.Features} features each"));
                if (parsed.GetValue(options.DryRun)) continue;
                items.Add(SafetensorsItem.From($"{name}.features", Features.Of(images.Objective.Encoder, source, split, images.Tensors).Values));
                if (source.Labels is { } labels)
                    items.Add(SafetensorsItem.From($"{name}.labels", [source.Count], labels.Select(label => (long)label).ToArray()));
            }
            if (parsed.GetValue(options.DryRun)) return ExitCode.Done;
            SafetensorsWriter.Write(file, items);
            if (parsed.GetValue(options.Json)) terminal.Json(new JsonObject { ["file"] = file, ["features"] = images.Objective.Encoder.Features });
            else terminal.Out.WriteLine(file);
            return ExitCode.Done;
        });
        return command;
    }

    // A row for each line that is not blank, and the number of its line, from zero.
    static int Lines(EncoderRun run, string directory, string? path, string file, bool dryRun, bool json, Terminal terminal)
    {
        if (path is null) throw new NativeSslException("embed: name a file with a text on each line, with --data.");
        string[] lines = TextCorpus.Load(path).Text.Split('\n');
        int[] places = [.. Enumerable.Range(0, lines.Length).Where(i => !string.IsNullOrWhiteSpace(lines[i]))];
        if (places.Length == 0) throw new MalformedFileException(path, "all its lines are blank.");
        terminal.Note(Text.Invariant($"{places.Length} texts, {run.Encoder.Width} features each"));
        if (dryRun) return ExitCode.Done;
        run.ReadWeights(directory);
        Tensor rows = run.Rows(run.Encoder, [.. places.Select(place => run.Source.Sample(lines[place], run.Encoder.Context))]);
        SafetensorsWriter.Write(file, [SafetensorsItem.From("features", rows), SafetensorsItem.From("lines", [places.Length], places.Select(place => (long)place).ToArray())]);
        if (json) terminal.Json(new JsonObject { ["file"] = file, ["features"] = run.Encoder.Width, ["texts"] = places.Length });
        else terminal.Out.WriteLine(file);
        return ExitCode.Done;
    }
}
