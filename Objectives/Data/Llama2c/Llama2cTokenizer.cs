using System.Text;
using System.Text.Json;

namespace NativeSsl;

/// <summary>
/// The tokenizer of llama2.c's models: characters, merged two by two as long as that makes a piece of the vocabulary, the best score first, the leftmost of
/// equals. Characters that are no piece become bytes. It is SentencePiece's byte-pair encoding (Kudo &amp; Richardson 2018) of a text with a space in front.
/// </summary>
public sealed class Llama2cTokenizer : ITokenizer
{
    internal const string Kind = "llama2c";

    readonly Llama2cVocabulary _vocabulary;
    readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);       // a byte as the character of that number
    readonly Dictionary<(int Left, int Right), int> _merges = [];

    Llama2cTokenizer(Llama2cVocabulary vocabulary)
    {
        _vocabulary = vocabulary;
        // Neither the special tokens nor the bytes' names can be written as text.
        for (int id = Llama2cVocabulary.FirstPiece; id < VocabularySize; id++) _ids.TryAdd(Encoding.Latin1.GetString(vocabulary.Pieces[id]), id);
        foreach ((string piece, int id) in _ids)
            for (int cut = 1; cut < piece.Length; cut++)
                if (_ids.TryGetValue(piece[..cut], out int left) && _ids.TryGetValue(piece[cut..], out int right)) _merges[(left, right)] = id;
    }

    /// <summary>Reads a vocabulary file of llama2.c.</summary>
    /// <param name="path">The file, such as <c>tok512.bin</c>.</param>
    /// <param name="vocabulary">How many tokens the model has, which the file does not say itself; any number if null.</param>
    /// <exception cref="MalformedFileException">It is not one, or has another number of tokens; the message says where.</exception>
    public static Llama2cTokenizer Load(string path, int? vocabulary = null)
    {
        Llama2cTokenizer tokenizer = Read(WholeFile.Read(path), path);
        return vocabulary is not { } wanted || wanted == tokenizer.VocabularySize ? tokenizer
            : throw new MalformedFileException(path, $"it has {tokenizer.VocabularySize} tokens, but the model {wanted}; were the files mixed up, or this one cut short?");
    }

    /// <summary>As above, from the bytes of a file.</summary>
    internal static Llama2cTokenizer Read(byte[] bytes, string file) => new(new Llama2cVocabulary(bytes, file));

    /// <inheritdoc/>
    public int VocabularySize => _vocabulary.Pieces.Count;

    /// <summary>A text begins with the beginning; a model that writes it once more has come to the end.</summary>
    public SpecialTokens Special { get; } = new() { Unknown = Llama2cVocabulary.Unknown, Begin = Llama2cVocabulary.Begin, End = Llama2cVocabulary.End };

    /// <inheritdoc/>
    public bool IsSpecial(int id) => id is Llama2cVocabulary.Unknown or Llama2cVocabulary.Begin or Llama2cVocabulary.End;

    /// <inheritdoc/>
    public bool BeginsWord(int id) => id >= 0 && id < VocabularySize ? IsSpecial(id) || _vocabulary.Pieces[id][0] == ' '
        : throw new IndexException($"Llama2cTokenizer.BeginsWord: id {id} is outside 0 … {VocabularySize - 1}.");

    /// <inheritdoc/>
    public int[] EncodeWithSpecials(string text, string? pair = null) =>
        [Llama2cVocabulary.Begin, .. Encode(text), .. pair is null ? [] : (int[])[Llama2cVocabulary.Begin, .. Encode(pair)]];

    /// <inheritdoc/>
    public int[] Encode(string text)
    {
        List<int> ids = [];
        for (int i = 0; i < text.Length;)
        {
            if (!Rune.TryGetRuneAt(text, i, out Rune rune))
                throw new MalformedFileException("text", $"half of a surrogate pair at character {i}; it cannot be written as UTF-8.");
            if (i == 0) Add(new Rune(' '));
            Add(rune);
            i += rune.Utf16SequenceLength;
        }
        return [.. Merged([.. ids])];

        void Add(Rune rune)
        {
            Span<byte> utf8 = stackalloc byte[4];
            utf8 = utf8[..rune.EncodeToUtf8(utf8)];
            if (_ids.TryGetValue(Encoding.Latin1.GetString(utf8), out int id)) ids.Add(id);
            else
                foreach (byte one in utf8) ids.Add(Llama2cVocabulary.FirstByte + one);
        }
    }

    // A chain of tokens; merging two leaves the place of the right one empty. The queue may hold merges of tokens that have been merged otherwise since.
    List<int> Merged(int[] ids)
    {
        int[] before = [.. Enumerable.Range(-1, ids.Length)], after = [.. Enumerable.Range(1, ids.Length)];
        PriorityQueue<(int Place, int Left, int Right, int Merged), (float Score, int Place)> queue = new();
        for (int place = 0; place < ids.Length; place++) Consider(place);
        while (queue.TryDequeue(out var best, out _))
        {
            int next = after[best.Place];
            if (ids[best.Place] != best.Left || next >= ids.Length || ids[next] != best.Right) continue;
            (ids[best.Place], ids[next], after[best.Place]) = (best.Merged, -1, after[next]);
            if (after[next] < ids.Length) before[after[next]] = best.Place;
            Consider(best.Place);
            if (before[best.Place] >= 0) Consider(before[best.Place]);
        }
        return [.. ids.Where(id => id >= 0)];

        void Consider(int place)
        {
            int next = after[place];
            if (next < ids.Length && _merges.TryGetValue((ids[place], ids[next]), out int merged))
                queue.Enqueue((place, ids[place], ids[next], merged), (-_vocabulary.Scores[merged], place));
        }
    }

    /// <summary>The text of ids. Beginning and end are not part of it, and neither is the space right behind the beginning; bytes that are not UTF-8, as a
    /// young model makes them, become U+FFFD.</summary>
    /// <exception cref="IndexException">An id outside the vocabulary.</exception>
    public string Decode(ReadOnlySpan<int> ids)
    {
        List<byte> bytes = [];
        for (int i = 0; i < ids.Length; i++)
        {
            int id = ids[i];
            if (id < 0 || id >= VocabularySize) throw new IndexException($"Llama2cTokenizer.Decode: id {id} at {i} is outside 0 … {VocabularySize - 1}.");
            if (id is Llama2cVocabulary.Begin or Llama2cVocabulary.End) continue;
            byte[] piece = _vocabulary.Pieces[id];
            if (id is >= Llama2cVocabulary.FirstByte and < Llama2cVocabulary.FirstPiece) bytes.Add((byte)(id - Llama2cVocabulary.FirstByte));
            else bytes.AddRange(i > 0 && ids[i - 1] == Llama2cVocabulary.Begin && piece[0] == ' ' ? piece[1..] : piece);
        }
        return Encoding.UTF8.GetString([.. bytes]);
    }

    /// <inheritdoc/>
    public string ToJson() => $$"""{"kind":"{{Kind}}","vocabulary":"{{Convert.ToBase64String(_vocabulary.Bytes)}}"}""";

    internal static Llama2cTokenizer Parse(Dictionary<string, JsonElement> fields, string file)
    {
        JsonElement vocabulary = fields.Take("vocabulary", JsonValueKind.String, file);
        fields.End(file, "kind, vocabulary");
        return vocabulary.TryGetBytesFromBase64(out byte[]? bytes) ? Read(bytes, file)
            : throw new MalformedFileException(file, "field 'vocabulary' is not base64; it holds the file of llama2.c.");
    }
}
