using System.Buffers;
using System.Text;
using System.Text.Json;

namespace NativeSsl;

/// <summary>
/// Byte-level byte pair encoding (Sennrich et al. 2016, algorithm 1; Radford et al. 2019, section 2.2): a word is its UTF-8 bytes, and of all neighbours
/// that were merged in training, the pair that was merged first is joined, the leftmost of equals, until none is left.
/// </summary>
sealed class BytePairModel : IPieceModel
{
    readonly PieceTable _pieces;
    readonly int _modelPieces;
    readonly string _wordEnd;
    readonly (int Left, int Right)[] _merges;
    readonly Dictionary<(int Left, int Right), (int Rank, int Joined)> _ranks;
    readonly int[] _letters = new int[256], _lastLetters = new int[256];

    /// <param name="pieces">All pieces; those of the model come first.</param>
    /// <param name="modelPieces">How many of them are the model's.</param>
    /// <param name="merges">Ids of the pairs, the first merged first.</param>
    /// <param name="wordEnd">What the last piece of a word ends with: nothing, or CLIP's <c>&lt;/w&gt;</c>.</param>
    /// <param name="unknown">What a byte without a piece becomes; null if there is none.</param>
    /// <param name="file">Named in errors.</param>
    /// <exception cref="MalformedFileException">A merge whose result is no piece, or a byte without a piece where nothing stands for it.</exception>
    internal BytePairModel(PieceTable pieces, int modelPieces, (int Left, int Right)[] merges, string wordEnd, int? unknown, string file)
    {
        (_pieces, _modelPieces, _merges, _wordEnd, Unknown) = (pieces, modelPieces, merges, wordEnd, unknown);
        _ranks = new(merges.Length);
        for (int rank = 0; rank < merges.Length; rank++)
        {
            string joined = pieces[merges[rank].Left] + pieces[merges[rank].Right];
            if (!pieces.TryGet(joined, out int id) || id >= modelPieces)
                throw new MalformedFileException(file, $"merge {rank} makes '{PieceTable.Cut(joined)}', which is not in the vocabulary.");
            _ranks.TryAdd(merges[rank], (rank, id));
        }
        for (int value = 0; value < 256; value++)
        {
            _letters[value] = Letter(ByteAlphabet.Letter(value).ToString(), value, file);
            _lastLetters[value] = wordEnd.Length == 0 ? _letters[value] : Letter(ByteAlphabet.Letter(value) + wordEnd, value, file);
        }
    }

    int Letter(string letter, int value, string file) => _pieces.TryGet(letter, out int id) && id < _modelPieces ? id
        : Unknown ?? throw new MalformedFileException(file, $"the byte 0x{value:X2} has no piece '{letter}', and no unknown token stands for it.");

    /// <inheritdoc/>
    public int? Unknown { get; }

    /// <inheritdoc/>
    public void Spell(ReadOnlySpan<char> word, List<int> ids)
    {
        int count = Encoding.UTF8.GetByteCount(word);
        byte[] bytes = ArrayPool<byte>.Shared.Rent(count);
        Encoding.UTF8.GetBytes(word, bytes);
        int[] symbols = new int[count], next = new int[count], previous = new int[count];
        for (int i = 0; i < count; i++) (symbols[i], next[i], previous[i]) = (_letters[bytes[i]], i + 1, i - 1);
        symbols[count - 1] = _lastLetters[bytes[count - 1]];
        ArrayPool<byte>.Shared.Return(bytes);

        // Pairs wait in the order of rank and place. What was merged meanwhile is noticed when its turn comes: the pair is no longer there.
        PriorityQueue<(int Place, int Left, int Right), long> queue = new();
        for (int i = 0; i + 1 < count; i++) Wait(i);
        while (queue.TryDequeue(out (int Place, int Left, int Right) pair, out _))
        {
            int left = pair.Place, right = next[left];
            if (symbols[left] != pair.Left || right >= count || symbols[right] != pair.Right) continue;
            symbols[left] = _ranks[(pair.Left, pair.Right)].Joined;
            symbols[right] = -1;
            next[left] = next[right];
            if (next[right] < count) previous[next[right]] = left;
            Wait(left);
            if (previous[left] >= 0) Wait(previous[left]);
        }
        for (int i = 0; i < count; i = next[i]) ids.Add(symbols[i]);

        void Wait(int place)
        {
            if (next[place] < count && _ranks.TryGetValue((symbols[place], symbols[next[place]]), out (int Rank, int Joined) merge))
                queue.Enqueue((place, symbols[place], symbols[next[place]]), (long)merge.Rank << 32 | (uint)place);
        }
    }

    /// <inheritdoc/>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("type", "BPE");
        json.WriteNull("dropout");
        if (Unknown is { } unknown) json.WriteString("unk_token", _pieces[unknown]);
        else json.WriteNull("unk_token");
        json.WriteString("continuing_subword_prefix", "");
        json.WriteString("end_of_word_suffix", _wordEnd);
        json.WriteBoolean("fuse_unk", false);
        json.WriteStartObject("vocab");
        for (int id = 0; id < _modelPieces; id++) json.WriteNumber(_pieces[id], id);
        json.WriteEndObject();
        json.WriteStartArray("merges");
        foreach ((int left, int right) in _merges) json.WriteStringValue($"{_pieces[left]} {_pieces[right]}");
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
