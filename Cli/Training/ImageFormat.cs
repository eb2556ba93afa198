using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace NativeSsl.Cli.Training;

/// <summary>What the images of a run are like, kept beside its checkpoints: whoever shows others to its encoder later has to make them likewise.</summary>
/// <param name="Size">Of the images it was trained on.</param>
/// <param name="Normalization">What was done to their channels.</param>
sealed record ImageFormat(ImageSize Size, Normalization Normalization)
{
    const string Name = "images.json";

    /// <summary>That of a set.</summary>
    internal static ImageFormat Of(IImageSource images) => new(images.Size, Normalization.Of(images));

    /// <summary>Images as they are, if they are of this size, or else made so.</summary>
    internal IImageSource Fit(IImageSource images) => images.Size == Size ? images : new AdaptedImages(images, Size);

    internal void Save(string directory) => AtomicFile.Write(Path.Combine(directory, Name), Encoding.UTF8.GetBytes(new JsonObject
    {
        ["height"] = Size.Height, ["width"] = Size.Width, ["channels"] = Size.Channels,
        ["means"] = Numbers(Normalization.Means), ["deviations"] = Numbers(Normalization.Deviations),
    }.ToJsonString() + "\n"));

    /// <exception cref="MalformedFileException">It is not there, or is not what <see cref="Save"/> writes.</exception>
    internal static ImageFormat Load(string directory)
    {
        string path = Path.Combine(directory, Name);
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
            JsonElement root = document.RootElement;
            int Whole(string name) => root.GetProperty(name).GetInt32() is > 0 and int number ? number : throw new FormatException($"{name} is not above zero.");
            float[] Reals(string name) => [.. root.GetProperty(name).EnumerateArray().Select(number => number.GetSingle())];
            var size = new ImageSize(Whole("height"), Whole("width"), Whole("channels"));
            var normalization = new Normalization(Reals("means"), Reals("deviations"));
            return normalization.Means.Count == size.Channels ? new ImageFormat(size, normalization) : throw new FormatException("each channel needs a mean.");
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException or FormatException
            or IOException or UnauthorizedAccessException or NativeSslException)
        {
            throw new MalformedFileException(path, $"what the run's images are like cannot be read: {error.Message}", error);
        }
    }

    static JsonArray Numbers(IReadOnlyList<float> numbers) => [.. numbers.Select(number => (JsonNode)number)];
}
