using System.Text.Json;
using System.Text.Unicode;

namespace NativeSsl;

/// <summary>The small JSON files beside weights: read without trusting them, every field at most once, and written the same on every system.</summary>
static class StrictJson
{
    const int MostDepth = 16, MostShown = 60;

    /// <summary>Reads what stands in the outermost braces.</summary>
    public delegate void Fields(ref Utf8JsonReader reader, string path);

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="most">The longest length that is believed.</param>
    /// <param name="fields">Called behind the first brace; comes back behind the last.</param>
    /// <exception cref="MalformedFileException">It cannot be read, is too long, or is not one JSON object in UTF-8.</exception>
    public static void Read(string path, int most, Fields fields)
    {
        byte[] json = Bytes(path, most);
        if (!Utf8.IsValid(json)) throw new MalformedFileException(path, "it is not UTF-8.");
        Utf8JsonReader reader = new(json, new JsonReaderOptions { MaxDepth = MostDepth });
        try
        {
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject)
                throw new MalformedFileException(path, $"a JSON object is expected; it begins with {reader.TokenType}.");
            fields(ref reader, path);
            reader.Read();                                                      // finds whatever follows the closing brace
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // InvalidOperationException is what the JSON reader says of an escaped half of a surrogate pair.
            throw new MalformedFileException(path, $"it is not valid JSON near byte {reader.TokenStartIndex}: {error.Message}", error);
        }
    }

    static byte[] Bytes(string path, int most)
    {
        try
        {
            using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
            if (stream.Length > most) throw new MalformedFileException(path, $"it has {stream.Length} bytes; files of this kind have at most {most}.");
            byte[] bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            return bytes;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new MalformedFileException(path, $"it cannot be read: {error.Message}", error);
        }
    }

    /// <summary>The next name of an object, with the reader on the first token of its value; null behind the last.</summary>
    /// <exception cref="MalformedFileException">The name has been seen.</exception>
    public static string? Next(ref Utf8JsonReader reader, HashSet<string> seen, string path)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.PropertyName) return null;
        string name = reader.GetString()!;
        if (!seen.Add(name)) throw Wrong(ref reader, path, $"'{Cut(name)}' stands there twice");
        reader.Read();
        return name;
    }

    /// <summary>An error that says where.</summary>
    public static MalformedFileException Wrong(ref Utf8JsonReader reader, string path, string reason) =>
        new(path, $"{reason} (byte {reader.TokenStartIndex}).");

    /// <summary>What a file says, for a message: of bounded length, without control characters.</summary>
    public static string Cut(string text) =>
        string.Concat(text.Take(MostShown).Select(c => char.IsControl(c) ? '\uFFFD' : c)) + (text.Length > MostShown ? "…" : "");

    /// <summary>Writes a file with one object.</summary>
    /// <exception cref="FileWriteException">The disk is full, the folder is missing or may not be written to.</exception>
    public static void Write(string path, Action<Utf8JsonWriter> fields)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            json.WriteStartObject();
            fields(json);
            json.WriteEndObject();
        }
        stream.WriteByte((byte)'\n');
        AtomicFile.Write(path, stream.ToArray());
    }
}
