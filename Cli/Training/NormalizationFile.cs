using System.Text.Json;
using System.Text.Json.Nodes;

namespace NativeSsl.Cli.Training;

/// <summary>How the images of a run are normalised, kept beside its checkpoints: whoever uses the encoder later has to do the same.</summary>
static class NormalizationFile
{
    const string Name = "normalization.json";

    internal static void Save(string directory, Normalization normalization) => AtomicFile.Write(Path.Combine(directory, Name),
        System.Text.Encoding.UTF8.GetBytes(new JsonObject { ["means"] = Array(normalization.Means), ["deviations"] = Array(normalization.Deviations) }.ToJsonString() + "\n"));

    /// <exception cref="MalformedFileException">It is not there, or is not what <see cref="Save"/> writes.</exception>
    internal static Normalization Load(string directory)
    {
        string path = Path.Combine(directory, Name);
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
            return new Normalization(Numbers(document.RootElement, "means"), Numbers(document.RootElement, "deviations"));
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException or FormatException
            or IOException or UnauthorizedAccessException or NativeSslException)
        {
            throw new MalformedFileException(path, $"the normalisation of the run's images cannot be read: {error.Message}", error);
        }
    }

    static JsonArray Array(IReadOnlyList<float> numbers) => [.. numbers.Select(number => (JsonNode)number)];

    static float[] Numbers(JsonElement element, string name) => [.. element.GetProperty(name).EnumerateArray().Select(number => number.GetSingle())];
}
