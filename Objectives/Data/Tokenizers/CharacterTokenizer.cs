using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace NativeSsl;

/// <summary>
/// One token a character, that is, a Unicode scalar value. The vocabulary is what occurs in the training text, sorted. What does not occur
/// there is an error, or, if asked for, becomes one chosen character.
/// </summary>
public sealed class CharacterTokenizer : ITokenizer
{
    internal const string Kind = "character";

    readonly Rune[] _characters;
    readonly Dictionary<Rune, int> _ids;

    /// <param name="text">The characters of the vocabulary, in any order and number.</param>
    /// <param name="unknown">What unknown characters become; it joins the vocabulary. Null makes them an error.</param>
    /// <exception cref="MalformedFileException">The text is empty, or has half of a surrogate pair.</exception>
    public CharacterTokenizer(string text, Rune? unknown = null)
    {
        SortedSet<Rune> characters = [];
        if (unknown is { } extra) characters.Add(extra);
        for (int i = 0; i < text.Length;)
        {
            Rune rune = At(text, i);
            characters.Add(rune);
            i += rune.Utf16SequenceLength;
        }
        if (characters.Count == 0)
            throw new MalformedFileException("text", "it is empty; a character tokenizer needs a text to learn its characters from.");
        Unknown = unknown;
        _characters = [.. characters];
        _ids = _characters.Select((rune, id) => (rune, id)).ToDictionary(pair => pair.rune, pair => pair.id);
    }

    /// <inheritdoc/>
    public int VocabularySize => _characters.Length;

    /// <summary>What unknown characters become; null if they are an error.</summary>
    public Rune? Unknown { get; }

    /// <summary>The characters, by id.</summary>
    public IReadOnlyList<Rune> Characters => _characters;

    /// <inheritdoc/>
    public SpecialTokens Special => SpecialTokens.None;

    /// <inheritdoc/>
    public bool IsSpecial(int id) => false;

    /// <inheritdoc/>
    public bool BeginsWord(int id) => id >= 0 && id < _characters.Length ? true
        : throw new IndexException($"CharacterTokenizer.BeginsWord: id {id} is outside 0 … {_characters.Length - 1}.");

    /// <inheritdoc/>
    public int[] Encode(string text)
    {
        int[] ids = new int[text.Length];
        int count = 0;
        for (int i = 0; i < text.Length;)
        {
            Rune rune = At(text, i);
            if (!_ids.TryGetValue(rune, out int id))
                id = Unknown is { } unknown ? _ids[unknown] : throw new MalformedFileException("text",
                    $"the character {UnicodeText.Show(rune)} at place {i} does not occur in the training text, " +
                        "so the tokenizer does not know it. Leave it out, or use the byte tokenizer.");
            ids[count++] = id;
            i += rune.Utf16SequenceLength;
        }
        return count == ids.Length ? ids : ids[..count];
    }

    /// <inheritdoc/>
    public int[] EncodeWithSpecials(string text, string? pair = null) => [.. Encode(text), .. pair is null ? [] : Encode(pair)];

    /// <inheritdoc/>
    public string Decode(ReadOnlySpan<int> ids)
    {
        StringBuilder text = new(ids.Length);
        for (int i = 0; i < ids.Length; i++)
            text.Append(ids[i] >= 0 && ids[i] < _characters.Length ? _characters[ids[i]].ToString()
                : throw new IndexException($"CharacterTokenizer.Decode: id {ids[i]} at {i} is outside 0 … {_characters.Length - 1}."));
        return text.ToString();
    }

    /// <inheritdoc/>
    public string ToJson()
    {
        string unknown = Unknown is { } rune ? $",\"unknown\":\"{Escape(rune.ToString())}\"" : "";
        return $"{{\"kind\":\"{Kind}\",\"characters\":\"{Escape(string.Concat(_characters))}\"{unknown}}}";
    }

    static string Escape(string text) => JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(text);

    internal static CharacterTokenizer Parse(Dictionary<string, JsonElement> fields, string file)
    {
        string characters = fields.Take("characters", JsonValueKind.String, file).GetString()!;
        Rune? unknown = null;
        if (fields.ContainsKey("unknown"))
        {
            string one = fields.Take("unknown", JsonValueKind.String, file).GetString()!;
            unknown = Rune.TryGetRuneAt(one.Length == 0 ? "\uD800" : one, 0, out Rune rune) && rune.Utf16SequenceLength == one.Length ? rune
                : throw new MalformedFileException(file, "field 'unknown' must be one character.");
        }
        fields.End(file, "kind, characters, unknown");
        if (characters.Length == 0) throw new MalformedFileException(file, "field 'characters' is empty; it lists the vocabulary.");
        CharacterTokenizer tokenizer = new(characters, unknown);
        return string.Concat(tokenizer._characters) == characters ? tokenizer
            : throw new MalformedFileException(file, "field 'characters' is not sorted, has a character twice, " +
                "or lacks the unknown one; its order decides the ids.");
    }

    static Rune At(string text, int place) => Rune.TryGetRuneAt(text, place, out Rune rune) ? rune
        : throw new MalformedFileException("text", $"half of a surrogate pair at character {place}; it is no Unicode text.");
}
