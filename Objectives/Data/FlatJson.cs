using System.Text.Json;
using System.Text.Unicode;

namespace NativeSsl;

/// <summary>A small JSON object, read strictly: every field once, none unknown, none missing.</summary>
static class FlatJson
{
    static readonly JsonDocumentOptions Strict = new() { MaxDepth = 4 };

    /// <summary>The fields of one JSON object.</summary>
    /// <param name="utf8">The text.</param>
    /// <param name="file">Named in errors; with the line, if it has lines.</param>
    /// <exception cref="MalformedFileException">It is not a JSON object, or a field stands there twice.</exception>
    public static Dictionary<string, JsonElement> Read(ReadOnlyMemory<byte> utf8, string file)
    {
        if (!Utf8.IsValid(utf8.Span)) throw new MalformedFileException(file, "it is not UTF-8.");
        try
        {
            using JsonDocument document = JsonDocument.Parse(utf8, Strict);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw new MalformedFileException(file, $"a JSON object is expected; this is {document.RootElement.ValueKind}.");
            Dictionary<string, JsonElement> fields = new(StringComparer.Ordinal);
            foreach (JsonProperty property in document.RootElement.EnumerateObject())
                if (!fields.TryAdd(property.Name, Check(property.Value)))
                    throw new MalformedFileException(file, $"field '{property.Name}' stands there twice; delete one.");
            return fields;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // InvalidOperationException is what the JSON reader says of an escaped half of a surrogate pair.
            throw new MalformedFileException(file, $"it is not valid JSON: {error.Message}", error);
        }
    }

    static JsonElement Check(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.String) _ = value.GetString();
        return value.Clone();
    }

    /// <summary>Takes a field out; what is left in the end is unknown.</summary>
    /// <exception cref="MalformedFileException">It is missing, or of another kind.</exception>
    public static JsonElement Take(this Dictionary<string, JsonElement> fields, string name, JsonValueKind kind, string file)
    {
        if (!fields.Remove(name, out JsonElement value))
            throw new MalformedFileException(file, $"field '{name}' is missing; a {kind} is expected.");
        return value.ValueKind == kind ? value
            : throw new MalformedFileException(file, $"field '{name}' is {Show(value)}; a {kind} is expected.");
    }

    /// <summary>Sees to it that nothing is left.</summary>
    /// <exception cref="MalformedFileException">A field was not asked for.</exception>
    public static void End(this Dictionary<string, JsonElement> fields, string file, string known)
    {
        foreach (string name in fields.Keys) throw new MalformedFileException(file, $"field '{Cut(name)}' is unknown; known are {known}.");
    }

    /// <summary>A value as the file has it, cut to a readable length.</summary>
    public static string Show(JsonElement value) => Cut(value.GetRawText());

    static string Cut(string text) => text.Length > 60 ? text[..60] + "…" : text;
}
