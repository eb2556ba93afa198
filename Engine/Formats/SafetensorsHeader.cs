using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace NativeSsl;

/// <summary>
/// The header of a safetensors file: a JSON object of tensors, <c>{"name": {"dtype", "shape", "data_offsets"}}</c>, and of strings in
/// <c>__metadata__</c>. Everything it claims is held against the file's length before anything is allocated; anything doubtful is refused,
/// because two programs that read one file differently are how files deceive.
/// </summary>
sealed partial class SafetensorsHeader
{
    /// <summary>The longest header that the format allows.</summary>
    public const int MaxLength = 100_000_000;
    /// <summary>Bytes before the header: its length.</summary>
    public const int LengthBytes = 8;
    const int MaxRank = 32;

    public Dictionary<string, SafetensorsEntry> Entries { get; } = new(StringComparer.Ordinal);
    public Dictionary<string, string> Metadata { get; } = new(StringComparer.Ordinal);

    /// <summary>Where the value of each metadata key begins, counted from the header's first byte, behind the quote.</summary>
    public Dictionary<string, int> MetadataPlaces { get; } = new(StringComparer.Ordinal);

    readonly string _file;
    readonly long _bodyLength;

    SafetensorsHeader(string file, long bodyLength) => (_file, _bodyLength) = (file, bodyLength);

    /// <summary>Reads a header whose length has been checked.</summary>
    /// <param name="json">The header's bytes.</param>
    /// <param name="bodyLength">How many bytes of the file follow.</param>
    /// <param name="file">Named in errors.</param>
    /// <exception cref="MalformedFileException">It breaks a rule of the format.</exception>
    public static SafetensorsHeader Parse(ReadOnlySpan<byte> json, long bodyLength, string file)
    {
        SafetensorsHeader header = new(file, bodyLength);
        if (json is not [(byte)'{', ..])
            throw new MalformedFileException(file, "the header does not begin with '{' (byte 8); this is not a safetensors file.");
        if (!Utf8.IsValid(json)) throw new MalformedFileException(file, "the header is not UTF-8.");
        Utf8JsonReader reader = new(json, new JsonReaderOptions { MaxDepth = 4 });
        try
        {
            header.ReadTensors(ref reader);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException)
        {
            // InvalidOperationException is what the JSON reader says of an escaped half of a surrogate pair.
            throw new MalformedFileException(file,
                $"the header is not valid JSON near byte {LengthBytes + reader.TokenStartIndex}: {error.Message}", error);
        }
        header.CheckLayout();
        return header;
    }

    void ReadTensors(ref Utf8JsonReader reader)
    {
        reader.Read();
        bool metadataSeen = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            if (name != "__metadata__") ReadTensor(ref reader, name);
            else if (metadataSeen) throw Wrong(ref reader, "'__metadata__' stands there twice");
            else
            {
                ReadMetadata(ref reader);
                metadataSeen = true;
            }
        }
        while (reader.Read()) throw Wrong(ref reader, "something follows the closing brace");
    }

    void ReadMetadata(ref Utf8JsonReader reader)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw Wrong(ref reader, "'__metadata__' is not an object of strings");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string key = reader.GetString()!;
            if (!reader.Read() || reader.TokenType != JsonTokenType.String)
                throw Wrong(ref reader, $"metadata {Quote(key)} is not a string");
            if (!Metadata.TryAdd(key, reader.GetString()!)) throw Wrong(ref reader, $"metadata {Quote(key)} stands there twice");
            MetadataPlaces[key] = (int)reader.TokenStartIndex + 1;
        }
    }

    void ReadTensor(ref Utf8JsonReader reader, string name)
    {
        if (Entries.ContainsKey(name)) throw Wrong(ref reader, $"tensor {Quote(name)} stands there twice");
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw Wrong(ref reader, $"tensor {Quote(name)} is not an object");
        SafetensorsType? type = null;
        long[]? shape = null, offsets = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("dtype"u8) && type is null) type = ReadType(ref reader, name);
            else if (reader.ValueTextEquals("shape"u8) && shape is null) shape = ReadWholes(ref reader, name, "shape", MaxRank);
            else if (reader.ValueTextEquals("data_offsets"u8) && offsets is null) offsets = ReadWholes(ref reader, name, "data_offsets", 2);
            else throw Wrong(ref reader, $"field {Quote(reader.GetString()!)} of tensor {Quote(name)} is unknown, or stands there twice");
        }
        if (type is null || shape is null || offsets is not { Length: 2 })
            throw Wrong(ref reader, $"tensor {Quote(name)} needs dtype, shape and two data_offsets");
        Entries.Add(name, CheckSize(ref reader, name, type.Value, shape, offsets[0], offsets[1]));
    }

    SafetensorsType ReadType(ref Utf8JsonReader reader, string name)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.String)
            throw Wrong(ref reader, $"dtype of tensor {Quote(name)} is not a string");
        return SafetensorsTypes.TryParse(reader.GetString()!, out SafetensorsType type, out string reason)
            ? type : throw Wrong(ref reader, $"tensor {Quote(name)} {reason}");
    }

    long[] ReadWholes(ref Utf8JsonReader reader, string name, string field, int most)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray)
            throw Wrong(ref reader, $"{field} of tensor {Quote(name)} is not an array");
        Span<long> values = stackalloc long[MaxRank];
        int count = 0;
        for (; reader.Read() && reader.TokenType != JsonTokenType.EndArray; count++)
        {
            if (count == most) throw Wrong(ref reader, $"{field} of tensor {Quote(name)} has more than {most} numbers");
            if (reader.TokenType != JsonTokenType.Number || reader.ValueSpan[0] == '-' || !reader.TryGetInt64(out values[count]))
                throw Wrong(ref reader, $"{field} of tensor {Quote(name)} holds something else " +
                    $"than whole numbers from 0 to {long.MaxValue}");
        }
        return values[..count].ToArray();
    }

    MalformedFileException Wrong(ref Utf8JsonReader reader, string reason) =>
        new(_file, $"{reason} (byte {LengthBytes + reader.TokenStartIndex}).");

    /// <summary>A name from a file for a message: of bounded length, without control characters.</summary>
    public static string Quote(string name)
    {
        StringBuilder quoted = new("'", 66);
        foreach (char c in name.AsSpan(0, Math.Min(60, name.Length))) quoted.Append(char.IsControl(c) ? '\uFFFD' : c);
        return quoted.Append(name.Length > 60 ? "…'" : "'").ToString();
    }
}
