using System.Text;
using System.Text.Json;

namespace NativeSsl;

/// <summary>Reads, writes and makes tokenizers of any kind.</summary>
public static partial class Tokenizer
{
    const string BytePair = "bpe", WordPiece = "wordpiece", Unigram = "unigram";
    static readonly string Known = $"'{CharacterTokenizer.Kind}', '{ByteTokenizer.Kind}', '{BytePair}', '{WordPiece}' and '{Unigram}'";

    /// <summary>Reads a tokenizer file: ours for characters and bytes, or Hugging Face's <c>tokenizer.json</c>.</summary>
    /// <exception cref="MalformedFileException">It is not one; the message names field and cure.</exception>
    public static ITokenizer Load(string path) => Parse(WholeFile.Read(path), path);

    /// <summary>Reads a tokenizer from UTF-8 JSON.</summary>
    /// <inheritdoc cref="Load"/>
    public static ITokenizer Parse(ReadOnlyMemory<byte> json, string file)
    {
        if (TokenizerJsonReader.TryRead(json, file) is { } pieces) return pieces;
        Dictionary<string, JsonElement> fields = FlatJson.Read(json, file);
        string kind = fields.Take("kind", JsonValueKind.String, file).GetString()!;
        return kind switch
        {
            ByteTokenizer.Kind => ByteTokenizer.Parse(fields, file),
            CharacterTokenizer.Kind => CharacterTokenizer.Parse(fields, file),
            Llama2cTokenizer.Kind => Llama2cTokenizer.Parse(fields, file),
            _ => throw new MalformedFileException(file, $"field 'kind' is {Cut(kind)}; " +
                $"known are '{CharacterTokenizer.Kind}', '{ByteTokenizer.Kind}' and '{Llama2cTokenizer.Kind}', and Hugging Face's tokenizer.json, which has a field 'model' instead."),
        };
    }

    static string Cut(string kind) => kind.Length > 60 ? $"'{kind[..60]}…'" : $"'{kind}'";

    /// <summary>The tokenizer that a recipe names, made for one text, with at most 8,192 pieces.</summary>
    /// <inheritdoc cref="Create(string, IEnumerable{string}, int, IProgress{TokenizerProgress}, CancellationToken)"/>
    public static ITokenizer Create(string name, string text) => Create(name, [text], 8192);

    /// <summary>The tokenizer that a recipe names, made for a stream of texts with the usual special tokens of its kind.</summary>
    /// <param name="name"><c>character</c>, <c>byte</c>, <c>bpe</c> (byte-level, with RoBERTa's special tokens), <c>wordpiece</c> (BERT's) or
    /// <c>unigram</c> (T5's).</param>
    /// <param name="texts">What the vocabulary is learned from.</param>
    /// <param name="vocabulary">How many tokens there are to be, special ones included; fewer come if the texts give no more.
    /// <c>character</c> and <c>byte</c> have as many as they need.</param>
    /// <param name="progress">Told how far the training of pieces is; of <c>character</c> and <c>byte</c> nothing.</param>
    /// <param name="cancellation">Ends the training of pieces with an <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="NativeSslException">There is no tokenizer of this name, or the vocabulary is too small for it.</exception>
    /// <exception cref="MalformedFileException">The texts are empty, or one has half of a surrogate pair.</exception>
    public static ITokenizer Create(string name, IEnumerable<string> texts, int vocabulary, IProgress<TokenizerProgress>? progress = null, CancellationToken cancellation = default)
    {
        TokenizerTraining training = new() { Vocabulary = vocabulary, Progress = progress, Cancellation = cancellation };
        return name switch
        {
            CharacterTokenizer.Kind => new CharacterTokenizer(Alphabet(texts)),
            ByteTokenizer.Kind => new ByteTokenizer(),
            BytePair => TrainBytePair(texts, training),
            WordPiece => TrainWordPiece(texts, training),
            Unigram => TrainUnigram(texts, training),
            _ => throw new NativeSslException($"Tokenizer: '{name}' is unknown; known are {Known}."),
        };
    }

    // Every character once, so that the stream is never in memory as a whole.
    static string Alphabet(IEnumerable<string> texts)
    {
        HashSet<Rune> characters = [];
        foreach (string text in texts)
        {
            UnicodeText.Check(text);
            foreach (Rune rune in text.EnumerateRunes()) characters.Add(rune);
        }
        return string.Concat(characters.Order());
    }
}
