using System.Text;
using System.Text.Json;

namespace NativeSsl;

/// <summary>
/// The most probable spelling under a unigram model (Kudo 2018, section 3.1, equation 4), found by Viterbi's algorithm. A character without a piece is
/// unknown, at the cost of ten nats more than the rarest piece; several in a row are one unknown token.
/// </summary>
sealed class UnigramModel : IPieceModel
{
    /// <summary>What an unknown character costs beyond the rarest piece, as SentencePiece has it.</summary>
    internal const double UnknownPenalty = 10;

    readonly PieceTable _pieces;
    readonly double[] _scores;
    readonly int _unknown, _longest;
    readonly double _unknownScore;
    readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _ids;

    /// <param name="pieces">All pieces; those of the model come first.</param>
    /// <param name="scores">The log-probability of each piece of the model.</param>
    /// <param name="unknown">The id of what cannot be spelled.</param>
    /// <param name="silent">Ids that no text is spelled with: the special tokens.</param>
    internal UnigramModel(PieceTable pieces, double[] scores, int unknown, IReadOnlySet<int> silent)
    {
        (_pieces, _scores, _unknown) = (pieces, scores, unknown);
        Dictionary<string, int> ids = new(StringComparer.Ordinal);
        for (int id = 0; id < scores.Length; id++)
        {
            if (id == unknown || silent.Contains(id) || pieces[id].Length == 0) continue;
            ids[pieces[id]] = id;
            _longest = Math.Max(_longest, pieces[id].Length);
        }
        _ids = ids.GetAlternateLookup<ReadOnlySpan<char>>();
        _unknownScore = scores.Min() - UnknownPenalty;
    }

    /// <inheritdoc/>
    public int? Unknown => _unknown;

    /// <inheritdoc/>
    public void Spell(ReadOnlySpan<char> word, List<int> ids)
    {
        // best[e] = max over pieces x that end at e of best[e - |x|] + log p(x)
        double[] best = new double[word.Length + 1];
        int[] from = new int[word.Length + 1], by = new int[word.Length + 1];
        best.AsSpan(1).Fill(double.NegativeInfinity);
        for (int start = 0; start < word.Length;)
        {
            Rune.DecodeFromUtf16(word[start..], out _, out int character);
            bool single = false;
            for (int length = 1; length <= Math.Min(_longest, word.Length - start); length++)
                if (_ids.TryGetValue(word.Slice(start, length), out int id))
                {
                    single |= length == character;
                    Offer(start, length, id, _scores[id]);
                }
            if (!single) Offer(start, character, _unknown, _unknownScore);
            start += character;
        }
        int first = ids.Count;
        for (int end = word.Length; end > 0; end = from[end])
            if (by[end] != _unknown || ids.Count == first || ids[^1] != _unknown) ids.Add(by[end]);
        ids.Reverse(first, ids.Count - first);

        void Offer(int start, int length, int id, double score)
        {
            if (!(best[start] + score > best[start + length])) return;
            (best[start + length], from[start + length], by[start + length]) = (best[start] + score, start, id);
        }
    }

    /// <inheritdoc/>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("type", "Unigram");
        json.WriteNumber("unk_id", _unknown);
        json.WriteStartArray("vocab");
        for (int id = 0; id < _scores.Length; id++)
        {
            json.WriteStartArray();
            json.WriteStringValue(_pieces[id]);
            json.WriteNumberValue(_scores[id]);
            json.WriteEndArray();
        }
        json.WriteEndArray();
        json.WriteBoolean("byte_fallback", false);
        json.WriteEndObject();
    }
}
