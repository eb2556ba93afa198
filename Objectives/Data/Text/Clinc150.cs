using System.Text.Json;
using System.Text.Unicode;

namespace NativeSsl;

/// <summary>
/// Requests to an assistant: 150 intents, and requests that are none of them. Larson et al. 2019, “An evaluation dataset for intent classification and
/// out-of-scope prediction”. One JSON object; each of its six lists holds pairs of a text and the name of its intent.
/// </summary>
/// <param name="InScope">Requests with an intent; the classes are the intents of the training part, sorted.</param>
/// <param name="OutOfScope">Requests without.</param>
public sealed record Clinc150(TextParts<LabelledTexts> InScope, TextParts<IReadOnlyList<string>> OutOfScope)
{
    const string None = "oos";
    static readonly string[] Lists = ["train", "val", "test", "oos_train", "oos_val", "oos_test"];

    /// <summary>Reads <c>data_full.json</c>, or another file of the same form.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="MalformedFileException">It cannot be read, or is not of this form; the message names file and line.</exception>
    public static Clinc150 Read(string path) => Parse(WholeFile.Read(path), path);

    /// <summary>The requests of a file in memory.</summary>
    internal static Clinc150 Parse(ReadOnlySpan<byte> bytes, string file)
    {
        if (bytes.StartsWith("\uFEFF"u8)) bytes = bytes[3..];
        if (bytes.IsEmpty) throw new MalformedFileException(file, "it is empty.");
        if (!Utf8.IsValid(bytes)) throw new MalformedFileException(file, "it is not UTF-8.");
        Dictionary<string, List<(string Text, string Intent)>> lists = Read(bytes, file);
        foreach (string name in Lists)
            if (!lists.ContainsKey(name)) throw new MalformedFileException(file, $"the list '{name}' is missing; expected are {string.Join(", ", Lists)}.");
        string[] intents = [.. lists["train"].Select(entry => entry.Intent).Distinct().Order(StringComparer.Ordinal)];
        Dictionary<string, int> numbers = intents.Select((intent, i) => (intent, i)).ToDictionary(entry => entry.intent, entry => entry.i);
        LabelledTexts Labelled(string name, Split split) => new("CLINC150", split, [.. lists[name].Select(entry => entry.Text)],
            [.. lists[name].Select(entry => numbers.TryGetValue(entry.Intent, out int number) ? number
                : throw new MalformedFileException(file, $"the intent '{LabelledLines.Cut(entry.Intent)}' of list '{name}' does not occur in 'train'."))], intents);
        IReadOnlyList<string> Texts(string name) => [.. lists[name].Select(entry => entry.Text)];
        return new(new(Labelled("train", Split.Train), Labelled("val", Split.Train), Labelled("test", Split.Test)),
            new(Texts("oos_train"), Texts("oos_val"), Texts("oos_test")));
    }

    static Dictionary<string, List<(string, string)>> Read(ReadOnlySpan<byte> bytes, string file)
    {
        var reader = new Utf8JsonReader(bytes);
        Dictionary<string, List<(string, string)>> lists = new(StringComparer.Ordinal);
        try
        {
            Expect(ref reader, JsonTokenType.StartObject, bytes, file, "an object of six lists");
            while (Next(ref reader) == JsonTokenType.PropertyName)
            {
                string name = reader.GetString()!;
                if (Array.IndexOf(Lists, name) < 0)
                    throw At(reader, bytes, file, $"the list '{LabelledLines.Cut(name)}' is unknown; known are {string.Join(", ", Lists)}.");
                if (lists.ContainsKey(name)) throw At(reader, bytes, file, $"the list '{name}' stands there twice; delete one.");
                lists[name] = ReadList(ref reader, name, bytes, file);
            }
            Next(ref reader);                                                           // sees to it that nothing follows
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw At(reader, bytes, file, $"it is not valid JSON: {error.Message}", error);
        }
        return lists;
    }

    static List<(string, string)> ReadList(ref Utf8JsonReader reader, string name, ReadOnlySpan<byte> bytes, string file)
    {
        const string Pair = "a pair of a text and its intent";
        List<(string, string)> entries = [];
        Expect(ref reader, JsonTokenType.StartArray, bytes, file, "a list of pairs");
        while (Next(ref reader) != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.StartArray) throw At(reader, bytes, file, $"{Pair} is expected in list '{name}'.");
            string text = Text(ref reader, bytes, file, Pair), intent = Text(ref reader, bytes, file, Pair);
            if (intent == None != name.StartsWith(None, StringComparison.Ordinal))
                throw At(reader, bytes, file, $"the intent '{LabelledLines.Cut(intent)}' stands in list '{name}'; '{None}' belongs in the lists that begin " +
                    "with it, and nothing else does.");
            Expect(ref reader, JsonTokenType.EndArray, bytes, file, Pair);
            entries.Add((text, intent));
        }
        return entries.Count > 0 ? entries : throw At(reader, bytes, file, $"the list '{name}' is empty.");
    }

    static string Text(ref Utf8JsonReader reader, ReadOnlySpan<byte> bytes, string file, string expected)
    {
        Expect(ref reader, JsonTokenType.String, bytes, file, expected);
        string text = reader.GetString()!;
        return LabelledLines.Fault(text) is { } fault ? throw At(reader, bytes, file, $"the text or its intent {fault}") : text.Trim();
    }

    static JsonTokenType Next(ref Utf8JsonReader reader) => reader.Read() ? reader.TokenType : JsonTokenType.None;

    static void Expect(ref Utf8JsonReader reader, JsonTokenType kind, ReadOnlySpan<byte> bytes, string file, string expected)
    {
        if (Next(ref reader) != kind) throw At(reader, bytes, file, $"{expected} is expected; this is {reader.TokenType}.");
    }

    static MalformedFileException At(in Utf8JsonReader reader, ReadOnlySpan<byte> bytes, string file, string reason, Exception? inner = null) =>
        new(file, $"line {1 + bytes[..(int)reader.TokenStartIndex].Count((byte)'\n')}: {reason}", inner);
}
