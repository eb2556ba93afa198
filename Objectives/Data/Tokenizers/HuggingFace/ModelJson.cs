using System.Text.Json;

namespace NativeSsl;

/// <summary>The kinds of model.</summary>
enum PieceModelKind
{
    WordPiece,
    BytePair,
    Unigram,
}

/// <summary>The field <c>model</c>: the vocabulary, and what else its kind has.</summary>
sealed class ModelJson
{
    readonly JsonPart _part;
    (string Left, string Right)[] _merges = [];
    double[] _scores = [];
    string? _unknown;
    int _longestWord;

    ModelJson(JsonPart part, PieceModelKind kind) => (_part, Kind) = (part, kind);

    internal PieceModelKind Kind { get; }
    internal Dictionary<string, int> Ids { get; } = new(StringComparer.Ordinal);
    internal string WordEnd { get; private set; } = "";

    /// <exception cref="MalformedFileException">It is damaged, or of a kind or with an option that is not supported.</exception>
    internal static ModelJson Read(JsonPart part)
    {
        // files of the first versions do not state the type
        string kind = part.Kind ?? (part.Has("merges") ? "BPE" : part.Has("unk_id") ? "Unigram" : "WordPiece");
        ModelJson model = new(part, kind switch
        {
            "WordPiece" => PieceModelKind.WordPiece, "BPE" => PieceModelKind.BytePair, "Unigram" => PieceModelKind.Unigram,
            _ => throw part.Wrong($"the model '{PieceTable.Cut(kind)}' is not supported; known are WordPiece, BPE and Unigram."),
        });
        if (model.Kind == PieceModelKind.WordPiece) model.ReadWordPiece();
        else if (model.Kind == PieceModelKind.BytePair) model.ReadBytePair();
        else model.ReadUnigram();
        part.End();
        return model;
    }

    void ReadWordPiece()
    {
        _unknown = _part.Text("unk_token");
        if (_part.TextOrNull("continuing_subword_prefix") is { } prefix && prefix != WordPieceModel.Continuing)
            throw _part.Wrong($"model.continuing_subword_prefix is '{PieceTable.Cut(prefix)}'; only '##' is supported.");
        _longestWord = _part.Has("max_input_chars_per_word") ? _part.Number("max_input_chars_per_word", 1) : 100;
        ReadIds();
    }

    void ReadBytePair()
    {
        if (_part.Take("dropout") is { } dropout && !(dropout.ValueKind == JsonValueKind.Number && dropout.GetDouble() == 0))
            throw _part.Wrong("model.dropout is set, which is not supported: ids would be random.");
        _unknown = _part.TextOrNull("unk_token");
        if (_part.TextOrNull("continuing_subword_prefix") is { Length: > 0 } prefix)
            throw _part.Wrong($"model.continuing_subword_prefix is '{PieceTable.Cut(prefix)}'; byte-level BPE has none.");
        WordEnd = _part.TextOrNull("end_of_word_suffix") ?? "";
        _part.Only("fuse_unk", false, "every byte is a piece, so nothing is there to fuse");
        _part.Only("byte_fallback", false, "pieces are made of bytes already");
        _part.Only("ignore_merges", false, "words are spelled by merges");
        ReadIds();
        List<(string, string)> merges = [];
        foreach (JsonElement merge in _part.Array("merges").EnumerateArray()) merges.Add(ReadMerge(merge, merges.Count));
        _merges = [.. merges];
    }

    (string Left, string Right) ReadMerge(JsonElement merge, int rank)
    {
        string[] sides = merge.ValueKind == JsonValueKind.String ? merge.GetString()!.Split(' ')
            : merge.ValueKind == JsonValueKind.Array && merge.GetArrayLength() == 2
                && merge.EnumerateArray().All(static side => side.ValueKind == JsonValueKind.String)
                ? [.. merge.EnumerateArray().Select(static side => side.GetString()!)] : [];
        return sides.Length == 2 && !sides.Any(static side => side.Length == 0 || side.Contains(' ')) ? (sides[0], sides[1])
            : throw _part.Wrong($"model.merges[{rank}] is {FlatJson.Show(merge)}; two pieces without spaces are expected.");
    }

    void ReadUnigram()
    {
        int unknown = _part.Number("unk_id", 0);
        _part.Only("byte_fallback", false, "characters without a piece are the unknown token");
        List<double> scores = [];
        foreach (JsonElement entry in _part.Array("vocab").EnumerateArray())
        {
            if (entry.ValueKind != JsonValueKind.Array || entry.GetArrayLength() != 2 || entry[0].ValueKind != JsonValueKind.String
                || entry[1].ValueKind != JsonValueKind.Number || !entry[1].TryGetDouble(out double score) || !(Math.Abs(score) < 1e6))
                throw _part.Wrong($"model.vocab[{scores.Count}] is {FlatJson.Show(entry)}; a piece and its log-probability are expected.");
            if (!Ids.TryAdd(entry[0].GetString()!, scores.Count))
                throw _part.Wrong($"the piece '{PieceTable.Cut(entry[0].GetString()!)}' stands twice in the vocabulary.");
            scores.Add(score);
        }
        _scores = [.. scores];
        if (unknown >= _scores.Length) throw _part.Wrong($"model.unk_id is {unknown}, but the vocabulary has {_scores.Length} pieces.");
        _unknown = Ids.First(entry => entry.Value == unknown).Key;
    }

    void ReadIds()
    {
        if (_part.Take("vocab") is not { ValueKind: JsonValueKind.Object } vocabulary) throw _part.Wrong("model.vocab must be an object of pieces and ids.");
        foreach (JsonProperty entry in vocabulary.EnumerateObject())
        {
            if (entry.Value.ValueKind != JsonValueKind.Number || !entry.Value.TryGetInt32(out int id))
                throw _part.Wrong($"the piece '{PieceTable.Cut(entry.Name)}' has the id {FlatJson.Show(entry.Value)}; an integer is expected.");
            if (!Ids.TryAdd(entry.Name, id)) throw _part.Wrong($"the piece '{PieceTable.Cut(entry.Name)}' stands twice in the vocabulary.");
        }
    }

    /// <summary>The table of these pieces and the added ones, whose ids go on where those of the model end.</summary>
    internal PieceTable Pieces(IEnumerable<AddedToken> added)
    {
        PieceTable.FromIds(Ids, _part.File);
        Dictionary<string, int> all = new(Ids, StringComparer.Ordinal);
        foreach (AddedToken token in added) all.TryAdd(token.Content, token.Id);
        return PieceTable.FromIds(all, _part.File);
    }

    /// <summary>The model itself.</summary>
    internal IPieceModel Make(PieceTable pieces, IEnumerable<AddedToken> added) => Kind switch
    {
        PieceModelKind.WordPiece => new WordPieceModel(pieces, Ids.Count, Id(_unknown!, "unk_token"), _longestWord),
        PieceModelKind.BytePair => new BytePairModel(pieces, Ids.Count,
            [.. _merges.Select(merge => (Id(merge.Left, "merges"), Id(merge.Right, "merges")))], WordEnd,
            _unknown is null ? null : Id(_unknown, "unk_token"), _part.File),
        _ => new UnigramModel(pieces, _scores, Id(_unknown!, "unk_id"), added.Select(static token => token.Id).ToHashSet()),
    };

    int Id(string piece, string where) => Ids.TryGetValue(piece, out int id) ? id
        : throw _part.Wrong($"model.{where} names '{PieceTable.Cut(piece)}', which is not in the vocabulary.");
}
