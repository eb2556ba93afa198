using System.Globalization;
using System.Text;
using System.Text.Json;

namespace NativeSsl;

/// <summary>
/// The fields of a <c>config.json</c>. It is data: it chooses from a closed list of model types and gives sizes, and what it asks for beyond that is
/// refused by name. Fields that change nothing here, such as the names of labels, are passed over.
/// </summary>
sealed class ModelConfig
{
    /// <summary>Its name in a directory.</summary>
    public const string FileName = "config.json";

    const int MostBytes = 1 << 20;

    readonly Dictionary<string, (JsonTokenType Kind, string Text)> _fields = new(StringComparer.Ordinal);

    ModelConfig(string path) => Path = path;

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Which of the accepted types it is.</summary>
    public string ModelType { get; private set; } = "";

    /// <summary>Reads the file of a directory.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="types">The model types that are accepted, with the architectures that are accepted of each.</param>
    /// <exception cref="MalformedFileException">It cannot be read, is malformed, or is of another type.</exception>
    public static ModelConfig Read(string directory, params (string Type, string[] Architectures)[] types)
    {
        string path = System.IO.Path.Combine(directory, FileName);
        ModelConfig config = new(path);
        StrictJson.Read(path, MostBytes, config.ReadFields);
        config.ModelType = config.OneOf("model_type", [.. types.Select(type => type.Type)]);
        config.CheckArchitectures(types.Single(type => type.Type == config.ModelType).Architectures);
        config.Absent("auto_map", "code that comes with the model; no code from files is run here");
        config.Absent("quantization_config", "quantized weights, which are not read here");
        return config;
    }

    void ReadFields(ref Utf8JsonReader reader, string path)
    {
        HashSet<string> seen = new(StringComparer.Ordinal);
        while (StrictJson.Next(ref reader, seen, path) is { } name)
        {
            JsonTokenType kind = reader.TokenType;
            string text = kind == JsonTokenType.String ? reader.GetString()! : Encoding.UTF8.GetString(reader.ValueSpan);
            if (kind == JsonTokenType.StartArray && name == "architectures") text = ReadNames(ref reader, path);
            else if (kind is JsonTokenType.StartArray or JsonTokenType.StartObject)
            {
                Utf8JsonReader inside = reader;
                inside.Read();
                text = inside.TokenType is JsonTokenType.EndArray or JsonTokenType.EndObject ? "" : "…";    // empty or not is all that matters
                reader.Skip();
            }
            _fields.Add(name, (kind, text));
        }
    }

    static string ReadNames(ref Utf8JsonReader reader, string path)
    {
        List<string> names = [];
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            names.Add(reader.TokenType == JsonTokenType.String ? reader.GetString()!
                : throw StrictJson.Wrong(ref reader, path, "'architectures' holds something else than strings"));
        return string.Join('\n', names);
    }

    void CheckArchitectures(string[] accepted)
    {
        if (!Has("architectures")) return;
        (JsonTokenType kind, string text) = _fields["architectures"];
        if (kind != JsonTokenType.StartArray) throw Wrong("architectures", "a list of strings");
        foreach (string name in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            if (!accepted.Contains(name))
                throw new MalformedFileException(Path, $"'architectures' has '{StrictJson.Cut(name)}', which is not known here. "
                    + $"Of {ModelType}, known are {string.Join(", ", accepted)}.");
    }

    bool Has(string name) => _fields.TryGetValue(name, out var field) && field.Kind != JsonTokenType.Null;

    /// <summary>A whole number.</summary>
    /// <param name="name">The field.</param>
    /// <param name="least">The smallest that is accepted.</param>
    /// <param name="most">The largest that is accepted.</param>
    /// <param name="otherwise">What the field's absence, or null, means; without it, it must be there.</param>
    /// <exception cref="MalformedFileException">It is missing, or not such a number.</exception>
    public int Whole(string name, int least, int most, int? otherwise = null)
    {
        string expected = FormattableString.Invariant($"a whole number from {least} to {most}");
        if (!Has(name)) return otherwise ?? throw Missing(name, expected);
        (JsonTokenType kind, string text) = _fields[name];
        return kind == JsonTokenType.Number && int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value)
            && value >= least && value <= most ? value : throw Wrong(name, expected);
    }

    /// <summary>A number.</summary>
    /// <inheritdoc cref="Whole"/>
    public float Number(string name, float least, float most, float otherwise)
    {
        if (!Has(name)) return otherwise;
        (JsonTokenType kind, string text) = _fields[name];
        return kind == JsonTokenType.Number && float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out float value)
            && value >= least && value <= most ? value : throw Wrong(name, FormattableString.Invariant($"a number from {least} to {most}"));
    }

    /// <summary>One of a few strings.</summary>
    /// <param name="name">The field.</param>
    /// <param name="accepted">What is accepted.</param>
    /// <param name="otherwise">What the field's absence, or null, means; without it, it must be there.</param>
    /// <exception cref="MalformedFileException">It is missing, or another one.</exception>
    public string OneOf(string name, string[] accepted, string? otherwise = null)
    {
        string expected = string.Join(" or ", accepted.Select(text => $"\"{text}\""));
        if (!Has(name)) return otherwise ?? throw Missing(name, expected);
        (JsonTokenType kind, string text) = _fields[name];
        return kind == JsonTokenType.String && accepted.Contains(text) ? text : throw Wrong(name, $"{expected}, which is all there is here,");
    }

    /// <summary>Sees that a switch stands as the model here is built.</summary>
    /// <param name="name">The field.</param>
    /// <param name="built">How it must stand, and stands if it is missing.</param>
    /// <exception cref="MalformedFileException">It stands the other way.</exception>
    public void Switch(string name, bool built)
    {
        if (Bool(name, built) != built) throw Wrong(name, $"{(built ? "true" : "false")}, which is all there is here,");
    }

    /// <summary>A switch that may stand either way.</summary>
    /// <param name="name">The field.</param>
    /// <param name="otherwise">What the field's absence, or null, means.</param>
    /// <exception cref="MalformedFileException">It is neither true nor false.</exception>
    public bool Bool(string name, bool otherwise)
    {
        if (!Has(name)) return otherwise;
        JsonTokenType kind = _fields[name].Kind;
        return kind is JsonTokenType.True or JsonTokenType.False ? kind == JsonTokenType.True : throw Wrong(name, "true or false");
    }

    /// <summary>Sees that a feature that is not built here is not asked for.</summary>
    /// <exception cref="MalformedFileException">The field is there, and neither null, false nor empty.</exception>
    public void Absent(string name, string meaning)
    {
        if (Has(name) && _fields[name] is not ({ Kind: JsonTokenType.False } or { Kind: JsonTokenType.StartArray or JsonTokenType.StartObject, Text: "" }))
            throw new MalformedFileException(Path, $"'{name}' asks for {meaning}.");
    }

    /// <summary>The share of activations set to zero in training: one number here, several in the file.</summary>
    /// <param name="given">What the caller says; the file's if null.</param>
    /// <param name="otherwise">What a field's absence means.</param>
    /// <param name="names">The fields.</param>
    /// <exception cref="MalformedFileException">They differ, and the caller does not say.</exception>
    public float Dropout(float? given, float otherwise, params string[] names)
    {
        float[] shares = [.. names.Select(name => Number(name, 0f, 0.999f, otherwise))];
        for (int i = 1; i < shares.Length && given is null; i++)
            if (shares[i] != shares[0])
                throw new MalformedFileException(Path, FormattableString.Invariant($"'{names[i]}' is {shares[i]} but '{names[0]}' is {shares[0]}; ")
                    + "there is one dropout for all here. Say which by the argument dropout; it matters only in training.");
        return given ?? shares[0];
    }

    /// <summary>An error about a field, with its value and what is expected.</summary>
    public MalformedFileException Wrong(string name, string expected)
    {
        (JsonTokenType kind, string text) = _fields[name];
        string shown = kind switch
        {
            JsonTokenType.String => $"\"{StrictJson.Cut(text)}\"",
            JsonTokenType.StartArray => "a list",
            JsonTokenType.StartObject => "an object",
            _ => StrictJson.Cut(text),
        };
        return new MalformedFileException(Path, $"'{name}' is {shown}; {expected} is expected.");
    }

    MalformedFileException Missing(string name, string expected) => new(Path, $"'{name}' is missing; {expected} is expected.");
}
