using System.Text;
using System.Text.Json;

namespace NativeSsl;

/// <summary>One token a byte of UTF-8: 256 of them, and no text that it cannot take.</summary>
public sealed class ByteTokenizer : ITokenizer
{
    internal const string Kind = "byte";

    /// <inheritdoc/>
    public int VocabularySize => 256;

    /// <inheritdoc/>
    public SpecialTokens Special => SpecialTokens.None;

    /// <inheritdoc/>
    public bool IsSpecial(int id) => false;

    /// <inheritdoc/>
    public bool BeginsWord(int id) => id >= 0 && id < 256 ? true
        : throw new IndexException($"ByteTokenizer.BeginsWord: id {id} is outside 0 … 255.");

    /// <inheritdoc/>
    public int[] Encode(string text)
    {
        byte[] bytes;
        try { bytes = new UTF8Encoding(false, throwOnInvalidBytes: true).GetBytes(text); }
        catch (EncoderFallbackException error)
        {
            throw new MalformedFileException("text", $"half of a surrogate pair at character {error.Index}; " +
                "it cannot be written as UTF-8.", error);
        }
        return Array.ConvertAll(bytes, static b => (int)b);
    }

    /// <inheritdoc/>
    public int[] EncodeWithSpecials(string text, string? pair = null) => [.. Encode(text), .. pair is null ? [] : Encode(pair)];

    /// <summary>The text of ids; bytes that are not UTF-8, as a young model makes them, become U+FFFD.</summary>
    /// <exception cref="IndexException">An id outside the vocabulary.</exception>
    public string Decode(ReadOnlySpan<int> ids)
    {
        byte[] bytes = new byte[ids.Length];
        for (int i = 0; i < ids.Length; i++)
            bytes[i] = ids[i] is >= 0 and < 256 ? (byte)ids[i]
                : throw new IndexException($"ByteTokenizer.Decode: id {ids[i]} at {i} is outside 0 … 255.");
        return Encoding.UTF8.GetString(bytes);
    }

    /// <inheritdoc/>
    public string ToJson() => $$"""{"kind":"{{Kind}}"}""";

    internal static ByteTokenizer Parse(Dictionary<string, JsonElement> fields, string file)
    {
        fields.End(file, "kind");
        return new ByteTokenizer();
    }
}
