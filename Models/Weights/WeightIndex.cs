using System.Text.Json;

namespace NativeSsl;

/// <summary>
/// <c>model.safetensors.index.json</c>: which tensor is in which of several files, as Hugging Face's libraries write it,
/// <c>{"metadata": {"total_size": …}, "weight_map": {"tensor": "file", …}}</c>. A file name that it gives is a name in the same folder and nothing else.
/// </summary>
sealed class WeightIndex
{
    const int MostFiles = 10_000, MostBytes = 64 << 20;

    readonly Dictionary<string, string> _fileOf = new(StringComparer.Ordinal);

    /// <summary>The files, in order.</summary>
    public IReadOnlyCollection<string> Files { get; private set; } = [];

    /// <summary>The tensors.</summary>
    public IReadOnlyCollection<string> Names => _fileOf.Keys;

    /// <summary>The file of a tensor, if it names one.</summary>
    public string? this[string tensor] => _fileOf.GetValueOrDefault(tensor);

    /// <summary>Reads an index, and looks at what it names.</summary>
    /// <exception cref="MalformedFileException">It is malformed; a name is not one of a file in the same folder; a file is missing, or a link.</exception>
    public static WeightIndex Read(string path)
    {
        WeightIndex index = new();
        StrictJson.Read(path, MostBytes, index.ReadFields);
        index.Files = new SortedSet<string>(index._fileOf.Values, StringComparer.Ordinal);
        if (index.Files.Count > MostFiles) throw new MalformedFileException(path, $"it names {index.Files.Count} files; at most {MostFiles} are read.");
        foreach (string file in index.Files) CheckFile(path, file);
        return index;
    }

    void ReadFields(ref Utf8JsonReader reader, string path)
    {
        bool seen = false;
        HashSet<string> fields = new(StringComparer.Ordinal);
        while (StrictJson.Next(ref reader, fields, path) is { } field)
            if (field == "weight_map")
            {
                ReadMap(ref reader, path);
                seen = true;
            }
            else if (field == "metadata")
            {
                if (reader.TokenType != JsonTokenType.StartObject) throw StrictJson.Wrong(ref reader, path, "'metadata' is not an object");
                reader.Skip();
            }
            else throw StrictJson.Wrong(ref reader, path, $"field '{StrictJson.Cut(field)}' is unknown; known are 'metadata' and 'weight_map'");
        if (!seen) throw new MalformedFileException(path, "'weight_map', which says where each tensor is, is missing.");
        if (_fileOf.Count == 0) throw new MalformedFileException(path, "'weight_map' names no tensor.");
    }

    void ReadMap(ref Utf8JsonReader reader, string path)
    {
        if (reader.TokenType != JsonTokenType.StartObject) throw StrictJson.Wrong(ref reader, path, "'weight_map' is not an object");
        HashSet<string> names = new(StringComparer.Ordinal);
        while (StrictJson.Next(ref reader, names, path) is { } name)
        {
            if (reader.TokenType != JsonTokenType.String)
                throw StrictJson.Wrong(ref reader, path, $"the file of tensor '{StrictJson.Cut(name)}' is not a string");
            string file = reader.GetString()!;
            if (!IsPlain(file))
                throw StrictJson.Wrong(ref reader, path,
                    $"tensor '{StrictJson.Cut(name)}' is said to be in '{StrictJson.Cut(file)}', which is not the name of a "
                    + "safetensors file in the same folder: letters, digits, '.', '-' and '_', ending in '.safetensors'");
            _fileOf.Add(name, file);
        }
    }

    // No separator, drive or stream of any system, no control character, no "..": what is left cannot lead out of the folder.
    static bool IsPlain(string file) =>
        file.Length is > 12 and <= 255 && file.EndsWith(".safetensors", StringComparison.Ordinal) && file[0] != '.'
        && !file.Contains("..", StringComparison.Ordinal) && file.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_');

    static void CheckFile(string path, string file)
    {
        FileInfo info = new(Path.Combine(Path.GetDirectoryName(path)!, file));
        if (!info.Exists && info.LinkTarget is null)
            throw new MalformedFileException(path, $"it names '{file}', which is not there. Is the download complete?");
        if (info.LinkTarget is not null)
            throw new MalformedFileException(path, $"it names '{file}', which is a link, and could be one to anywhere. Copy the file itself into the folder.");
    }

    /// <summary>Writes an index.</summary>
    /// <exception cref="FileWriteException">The disk is full, or the folder may not be written to.</exception>
    public static void Write(string path, long totalBytes, IEnumerable<(string Tensor, string File)> places) =>
        StrictJson.Write(path, json =>
        {
            json.WriteStartObject("metadata");
            json.WriteNumber("total_size", totalBytes);
            json.WriteEndObject();
            json.WriteStartObject("weight_map");
            foreach ((string tensor, string file) in places.OrderBy(place => place.Tensor, StringComparer.Ordinal)) json.WriteString(tensor, file);
            json.WriteEndObject();
        });
}
