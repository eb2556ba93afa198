using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace NativeSsl;

/// <summary>The files that BERT, GPT-2 and CLIP were published with.</summary>
public static partial class Tokenizer
{
    const int LargestVocabularyText = 64 << 20;

    /// <summary>BERT's <c>vocab.txt</c> (Devlin et al. 2019): a piece a line, its number the id.</summary>
    /// <param name="path">The file.</param>
    /// <param name="uncased">Whether capitals become small and accents go, as in the models called uncased. The file does not say.</param>
    /// <exception cref="MalformedFileException">It cannot be read, has a piece twice, or lacks <c>[UNK]</c>, <c>[CLS]</c> or <c>[SEP]</c>.</exception>
    public static PieceTokenizer FromBertVocabulary(string path, bool uncased = true) => ReadBert(WholeFile.Read(path), path, uncased);

    /// <summary>GPT-2's <c>encoder.json</c> and <c>vocab.bpe</c> (Radford et al. 2019): ids of pieces, and merges in their order.</summary>
    /// <exception cref="MalformedFileException">One cannot be read, or the two do not belong together.</exception>
    public static PieceTokenizer FromGpt2(string encoder, string merges) => ReadGpt2(WholeFile.Read(encoder), WholeFile.Read(merges), encoder, merges);

    /// <summary>CLIP's <c>bpe_simple_vocab_16e6.txt.gz</c> (Radford et al. 2021), packed or not: merges, of which the first 48,894 count; the pieces follow
    /// from them.</summary>
    /// <exception cref="MalformedFileException">It cannot be read, or a merge is none.</exception>
    public static PieceTokenizer FromClip(string path) => ReadClip(WholeFile.Read(path), path);

    internal static PieceTokenizer ReadBert(byte[] bytes, string file, bool uncased)
    {
        PieceTable pieces = new([.. Lines(bytes, file)], file);
        AddedToken Special(string name) => pieces.TryGet(name, out int id) ? new(id, name)
            : throw new MalformedFileException(file, $"it has no piece '{name}', which every BERT has.");
        List<AddedToken> added = [Special("[UNK]"), Special("[CLS]"), Special("[SEP]")];
        if (pieces.TryGet("[PAD]", out _)) added.Add(Special("[PAD]"));
        if (pieces.TryGet("[MASK]", out _)) added.Add(Special("[MASK]"));
        return new PieceTokenizer(new PieceTokenizerParts
        {
            Pieces = pieces, Normalizer = new BertNormalizer(lowercase: uncased), Split = new BertSplit(), Added = added,
            Model = new WordPieceModel(pieces, pieces.Count, added[0].Id), Decoder = new WordPieceDecoder(), Template = Template.Bert(added[1], added[2]),
        });
    }

    internal static PieceTokenizer ReadGpt2(byte[] encoder, byte[] merges, string encoderFile, string mergesFile)
    {
        Dictionary<string, int> ids = new(StringComparer.Ordinal);
        foreach ((string piece, JsonElement value) in FlatJson.Read(encoder, encoderFile))
            ids.Add(piece, value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int id) ? id
                : throw new MalformedFileException(encoderFile,
                    $"the piece '{PieceTable.Cut(piece)}' has the id {FlatJson.Show(value)}; an integer is expected."));
        PieceTable pieces = PieceTable.FromIds(ids, encoderFile);
        const string end = "<|endoftext|>";
        AddedToken[] added = pieces.TryGet(end, out int endId) ? [new(endId, end)] : [];
        (int, int)[] ranks = [.. Merges(Lines(merges, mergesFile), mergesFile).Select(merge => (Id(merge.Left), Id(merge.Right)))];
        int Id(string piece) => pieces.TryGet(piece, out int id) ? id
            : throw new MalformedFileException(mergesFile, $"a merge names '{PieceTable.Cut(piece)}', which is not in {encoderFile}.");
        return new PieceTokenizer(new PieceTokenizerParts
        {
            Pieces = pieces, Split = new Gpt2Split(), Added = added, Decoder = new ByteLevelDecoder(),
            Model = new BytePairModel(pieces, pieces.Count, ranks, "", null, mergesFile),
        });
    }

    internal static PieceTokenizer ReadClip(byte[] bytes, string file)
    {
        const string end = "</w>";
        const int counted = 49152 - 256 - 2;
        List<(string Left, string Right)> merges = [.. Merges(Lines(bytes is [0x1F, 0x8B, ..] ? Unpack(bytes, file) : bytes, file), file).Take(counted)];
        List<string> letters = [.. ByteAlphabet.Order.Select(static value => ByteAlphabet.Letter(value).ToString())];
        PieceTable pieces = new([.. letters, .. letters.Select(static letter => letter + end), .. merges.Select(static merge => merge.Left + merge.Right),
            "<|startoftext|>", "<|endoftext|>"], file);
        AddedToken begin = new(pieces.Count - 2, "<|startoftext|>"), stop = new(pieces.Count - 1, "<|endoftext|>");
        int Id(string piece) => pieces.TryGet(piece, out int id) ? id
            : throw new MalformedFileException(file, $"a merge names '{PieceTable.Cut(piece)}', which no merge before it makes.");
        return new PieceTokenizer(new PieceTokenizerParts
        {
            Pieces = pieces, Split = new ClipSplit(), Added = [begin, stop], Decoder = new ByteLevelDecoder(end), Template = Template.Roberta(begin, stop),
            Normalizer = new NormalizerSequence([new CanonicalNormalizer(composed: true), new OneSpace(), new LowerCase()]),
            Model = new BytePairModel(pieces, pieces.Count, [.. merges.Select(merge => (Id(merge.Left), Id(merge.Right)))], end, stop.Id, file),
        });
    }

    static IEnumerable<(string Left, string Right)> Merges(IEnumerable<string> lines, string file)
    {
        int number = 0;
        foreach (string line in lines)
        {
            number++;
            if (number == 1 && (line.StartsWith("#version", StringComparison.Ordinal)
                || line.StartsWith("\"bpe_simple_vocab", StringComparison.Ordinal))) continue;
            yield return line.Split(' ') is [{ Length: > 0 } left, { Length: > 0 } right] ? (left, right)
                : throw new MalformedFileException(file, $"line {number} is '{PieceTable.Cut(line)}'; two pieces with a space between them are expected.");
        }
    }

    static List<string> Lines(byte[] bytes, string file)
    {
        if (!Utf8.IsValid(bytes)) throw new MalformedFileException(file, "it is not UTF-8.");
        List<string> lines = [.. Encoding.UTF8.GetString(bytes).Split('\n').Select(static line => line.TrimEnd('\r'))];
        while (lines.Count > 0 && lines[^1].Length == 0) lines.RemoveAt(lines.Count - 1);
        return lines.Count > 0 ? lines : throw new MalformedFileException(file, "it is empty; pieces are expected.");
    }

    // The published file unpacks to 3 MB; what unpacks without end is no vocabulary.
    static byte[] Unpack(byte[] bytes, string file)
    {
        try
        {
            using GZipStream packed = new(new MemoryStream(bytes), CompressionMode.Decompress);
            using MemoryStream all = new();
            byte[] buffer = new byte[1 << 16];
            for (int read = packed.Read(buffer); read > 0; read = packed.Read(buffer))
            {
                if (all.Length + read > LargestVocabularyText)
                    throw new MalformedFileException(file, $"it unpacks to more than {LargestVocabularyText >> 20} MiB, which no vocabulary has.");
                all.Write(buffer, 0, read);
            }
            return all.ToArray();
        }
        catch (InvalidDataException error)
        {
            throw new MalformedFileException(file, $"it is not valid gzip: {error.Message}", error);
        }
    }
}
