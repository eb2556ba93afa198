using System.Text;
using System.Text.Json;

namespace NativeSsl;

/// <summary>Turns text into token ids and back.</summary>
public interface ITokenizer
{
    /// <summary>How many different tokens there are; ids run from 0 to one less.</summary>
    int VocabularySize { get; }

    /// <summary>The ids of a text.</summary>
    /// <exception cref="MalformedFileException">A character that the tokenizer does not know;
    /// the message names it and its place.</exception>
    int[] Encode(string text);

    /// <summary>The text of ids.</summary>
    /// <exception cref="IndexException">An id outside the vocabulary.</exception>
    string Decode(ReadOnlySpan<int> ids);

    /// <summary>All that is needed to make the same tokenizer again, as JSON on one line.</summary>
    string ToJson();
}

/// <summary>Reads and writes tokenizers of any kind.</summary>
public static class Tokenizer
{
    /// <summary>Reads a tokenizer file.</summary>
    /// <exception cref="MalformedFileException">It is not one; the message names field and cure.</exception>
    public static ITokenizer Load(string path) => Parse(WholeFile.Read(path), path);

    /// <summary>Reads a tokenizer from UTF-8 JSON.</summary>
    /// <inheritdoc cref="Load"/>
    public static ITokenizer Parse(ReadOnlyMemory<byte> json, string file)
    {
        Dictionary<string, JsonElement> fields = FlatJson.Read(json, file);
        string kind = fields.Take("kind", JsonValueKind.String, file).GetString()!;
        return kind switch
        {
            ByteTokenizer.Kind => ByteTokenizer.Parse(fields, file),
            CharacterTokenizer.Kind => CharacterTokenizer.Parse(fields, file),
            Llama2cTokenizer.Kind => Llama2cTokenizer.Parse(fields, file),
            _ => throw new MalformedFileException(file, $"field 'kind' is {Cut(kind)}; " +
                $"known are '{CharacterTokenizer.Kind}', '{ByteTokenizer.Kind}' and '{Llama2cTokenizer.Kind}'."),
        };
    }

    static string Cut(string kind) => kind.Length > 60 ? $"'{kind[..60]}…'" : $"'{kind}'";

    /// <summary>Writes a tokenizer file, whole or not at all.</summary>
    /// <exception cref="FileWriteException">It cannot be written.</exception>
    public static void Save(this ITokenizer tokenizer, string path) =>
        AtomicFile.Write(path, Encoding.UTF8.GetBytes(tokenizer.ToJson() + "\n"));

    /// <summary>The tokenizer that a recipe names, made for a text.</summary>
    /// <param name="name"><c>character</c> or <c>byte</c>.</param>
    /// <param name="text">The text whose characters become the vocabulary.</param>
    /// <exception cref="NativeSslException">There is no tokenizer of this name.</exception>
    public static ITokenizer Create(string name, string text) => name switch
    {
        CharacterTokenizer.Kind => new CharacterTokenizer(text),
        ByteTokenizer.Kind => new ByteTokenizer(),
        _ => throw new NativeSslException($"Tokenizer: '{name}' is unknown; " +
            $"known are '{CharacterTokenizer.Kind}' and '{ByteTokenizer.Kind}'."),
    };

    /// <summary>For messages: <c>'ü' (U+00FC)</c>.</summary>
    internal static string Show(Rune rune) => Rune.IsControl(rune) ? $"U+{rune.Value:X4}" : $"'{rune}' (U+{rune.Value:X4})";
}
