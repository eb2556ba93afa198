using System.CommandLine;
using System.Text.Json.Nodes;
using NativeSsl.Cli.Training;

namespace NativeSsl.Cli.Commands;

/// <summary><c>nativessl embed</c>: features of images, in a file that other programs read.</summary>
static class Embed
{
    internal static Command Create(CommonOptions options, Terminal terminal)
    {
        var run = new Option<string>("--run") { Description = "the directory of the run", HelpName = "directory", Required = true };
        var data = new Option<string?>("--data") { Description = "other images than the run's own", HelpName = "path" };
        var output = new Option<string>("--out") { Description = "the file to write", HelpName = "file", DefaultValueFactory = _ => "features.safetensors" };
        var command = new Command("embed", "write the features of images, and their labels, as safetensors") { run, data, output };
        command.SetAction(parsed =>
        {
            using var device = new OpenDevice(options.Open(parsed, terminal));
            string directory = parsed.GetValue(run)!, file = parsed.GetValue(output)!;
            if (Run.Load(directory, device.Backend, parsed.GetValue(data)) is not ImageRun images)
                throw new NativeSslException($"{directory}: this run has learned from text; embed is for images.");
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
}
