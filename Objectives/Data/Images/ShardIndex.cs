using System.Globalization;
using System.Text.Json;

namespace NativeSsl;

/// <summary>What the index of a sharded set says: <c>index.json</c>, beside the shards.</summary>
sealed record ShardIndex(string Name, ImageSize Size, int Count, int ImagesPerShard, bool Labelled, IReadOnlyList<string> Classes)
{
    internal const string FileName = "index.json";
    const string Format = "nativessl-image-shards";
    const string Known = "format, version, name, height, width, channels, count, imagesPerShard, labelled, classes, shards";
    const int Version = 1, MaxClasses = 1_000_000;

    /// <summary>The files, in order.</summary>
    internal IReadOnlyList<string> Shards { get; init; } = [.. Enumerable.Range(0, (Count + ImagesPerShard - 1) / ImagesPerShard)
        .Select(static number => string.Create(CultureInfo.InvariantCulture, $"shard-{number:D5}.safetensors"))];

    /// <summary>How many images one of them has: all the same number, but for the last.</summary>
    internal int ImagesOf(int shard) => Math.Min(ImagesPerShard, Count - shard * ImagesPerShard);

    internal byte[] ToJson()
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream, new() { Indented = true, NewLine = "\n" }))
        {
            json.WriteStartObject();
            json.WriteString("format", Format);
            json.WriteNumber("version", Version);
            json.WriteString("name", Name);
            json.WriteNumber("height", Size.Height);
            json.WriteNumber("width", Size.Width);
            json.WriteNumber("channels", Size.Channels);
            json.WriteNumber("count", Count);
            json.WriteNumber("imagesPerShard", ImagesPerShard);
            json.WriteBoolean("labelled", Labelled);
            Write(json, "classes", Classes);
            Write(json, "shards", Shards);
            json.WriteEndObject();
        }
        return stream.ToArray();
    }

    static void Write(Utf8JsonWriter json, string name, IReadOnlyList<string> values)
    {
        json.WriteStartArray(name);
        foreach (string value in values) json.WriteStringValue(value);
        json.WriteEndArray();
    }

    /// <exception cref="MalformedFileException">It is not the index of a sharded set, or contradicts itself.</exception>
    internal static ShardIndex Parse(ReadOnlyMemory<byte> utf8, string file)
    {
        Dictionary<string, JsonElement> fields = FlatJson.Read(utf8, file);
        if (fields.Take("format", JsonValueKind.String, file).GetString() is string format && format != Format)
            throw new MalformedFileException(file, $"it is not the index of a sharded set, whose format is '{Format}'.");
        if (Whole("version", 1, int.MaxValue) is int version and > Version)
            throw new MalformedFileException(file, $"it has version {version}; this program reads {Version}. Use a newer one.");
        string name = fields.Take("name", JsonValueKind.String, file).GetString()!;
        ImageSize size = new(Whole("height", 1, 1 << 16), Whole("width", 1, 1 << 16), Whole("channels", 1, 4));
        if ((long)size.Height * size.Width > PictureHeader.MaxPixels)
            throw new MalformedFileException(file,
                $"images of {size.Height} × {size.Width} pixels; at most {PictureHeader.MaxPixels} are read.");
        int count = Whole("count", 1, int.MaxValue), each = Whole("imagesPerShard", 1, int.MaxValue);
        if (!fields.Remove("labelled", out JsonElement labelled) || labelled.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
            throw new MalformedFileException(file, "field 'labelled' has to be true or false.");
        string[] classes = Strings("classes", MaxClasses), shards = Strings("shards", int.MaxValue);
        fields.End(file, Known);
        long wanted = ((long)count + each - 1) / each;
        if (shards.Length != wanted)
            throw new MalformedFileException(file,
                $"{count} images, {each} a shard, are {wanted} shards, but 'shards' names {shards.Length}.");
        foreach (string shard in shards) CheckName(shard, file);
        if (shards.Distinct(StringComparer.OrdinalIgnoreCase).Count() < shards.Length)
            throw new MalformedFileException(file, "'shards' names a file twice.");
        return new(name, size, count, each, labelled.GetBoolean(), classes) { Shards = shards };

        int Whole(string field, int least, int most)
        {
            JsonElement value = fields.Take(field, JsonValueKind.Number, file);
            return value.TryGetInt32(out int number) && number >= least && number <= most ? number
                : throw new MalformedFileException(file,
                    $"field '{field}' is {FlatJson.Show(value)}; a whole number from {least} to {most} is expected.");
        }

        string[] Strings(string field, int most)
        {
            JsonElement value = fields.Take(field, JsonValueKind.Array, file);
            return value.GetArrayLength() <= most && value.EnumerateArray().All(static item => item.ValueKind == JsonValueKind.String)
                ? [.. value.EnumerateArray().Select(static item => item.GetString()!)]
                : throw new MalformedFileException(file, $"field '{field}' has to be a list of at most {most} strings.");
        }
    }

    // A name is put behind the folder's; it must not lead out of it, on any system.
    static void CheckName(string shard, string file)
    {
        bool plain = shard.Length is > 0 and <= 200 &&
            shard.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.');
        if (!plain || shard[0] == '.' || !shard.EndsWith(".safetensors", StringComparison.Ordinal))
            throw new MalformedFileException(file, $"'shards' names '{(shard.Length > 60 ? shard[..60] + "…" : shard)}'; a file in " +
                "the same folder is expected, of letters, digits, '-', '_' and '.', that ends in .safetensors.");
    }
}
