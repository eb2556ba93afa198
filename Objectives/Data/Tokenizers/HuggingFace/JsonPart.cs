using System.Text.Json;

namespace NativeSsl;

/// <summary>One object of a JSON file, read strictly: every field once, and none that nobody asked for.</summary>
sealed class JsonPart
{
    readonly Dictionary<string, JsonElement> _fields = new(StringComparer.Ordinal);

    /// <exception cref="MalformedFileException">It is no object, or a field stands there twice.</exception>
    internal JsonPart(JsonElement element, string name, string file)
    {
        (Name, File) = (name, file);
        if (element.ValueKind != JsonValueKind.Object) throw Wrong($"{name} is {FlatJson.Show(element)}; an object is expected.");
        foreach (JsonProperty property in element.EnumerateObject())
            if (!_fields.TryAdd(property.Name, property.Value)) throw Wrong($"field '{PieceTable.Cut(property.Name)}' stands twice in {name}; delete one.");
    }

    /// <summary>What it is, for messages: <c>model</c>, <c>added_tokens[3]</c>.</summary>
    internal string Name { get; }
    internal string File { get; }

    /// <summary>Whether a field is there and not null.</summary>
    internal bool Has(string field) => _fields.TryGetValue(field, out JsonElement value) && value.ValueKind != JsonValueKind.Null;

    /// <summary>The field <c>type</c>; null if there is none.</summary>
    internal string? Kind => _fields.ContainsKey("type") ? Text("type") : null;

    /// <summary>A field of any kind, null if it is not there or null.</summary>
    internal JsonElement? Take(string field) => _fields.Remove(field, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    internal string Text(string field) => Need(field, JsonValueKind.String).GetString()!;

    internal string? TextOrNull(string field) => Has(field) ? Text(field) : null;

    internal bool Flag(string field) => Take(field) is not { } value ? throw Missing(field, "true or false")
        : value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : throw WrongKind(field, value, "true or false");

    internal bool Flag(string field, bool otherwise) => Has(field) ? Flag(field) : otherwise;

    internal int Number(string field, int least)
    {
        JsonElement value = Need(field, JsonValueKind.Number);
        return value.TryGetInt32(out int number) && number >= least ? number : throw WrongKind(field, value, $"an integer of at least {least}");
    }

    internal JsonPart Part(string field) => new(Need(field, JsonValueKind.Object), $"{Name}.{field}", File);

    internal JsonElement Array(string field) => Need(field, JsonValueKind.Array);

    /// <summary>The parts of a list of objects.</summary>
    internal IEnumerable<JsonPart> Parts(string field)
    {
        int place = 0;
        foreach (JsonElement element in Array(field).EnumerateArray()) yield return new JsonPart(element, $"{Name}.{field}[{place++}]", File);
    }

    /// <summary>A flag that must have one value, since the other is not supported.</summary>
    /// <exception cref="MalformedFileException">It has the other.</exception>
    internal void Only(string field, bool value, string why)
    {
        if (Flag(field, value) != value) throw Wrong($"{Name}.{field} is {(value ? "false" : "true")}, which is not supported: {why}.");
    }

    /// <summary>Sees to it that nothing is left but nulls, which say nothing.</summary>
    /// <exception cref="MalformedFileException">A field was not asked for.</exception>
    internal void End()
    {
        foreach (string field in _fields.Keys.Where(Has)) throw Wrong($"field '{PieceTable.Cut(field)}' of {Name} is unknown, so its meaning cannot be kept.");
    }

    internal MalformedFileException Wrong(string reason) => new(File, reason);

    JsonElement Need(string field, JsonValueKind kind)
    {
        JsonElement value = Take(field) ?? throw Missing(field, $"a {kind}");
        return value.ValueKind == kind ? value : throw WrongKind(field, value, $"a {kind}");
    }

    MalformedFileException Missing(string field, string wanted) => Wrong($"field '{field}' of {Name} is missing or null; {wanted} is expected.");

    MalformedFileException WrongKind(string field, JsonElement value, string wanted) =>
        Wrong($"field '{field}' of {Name} is {FlatJson.Show(value)}; {wanted} is expected.");
}
