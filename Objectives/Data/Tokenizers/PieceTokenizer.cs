using System.Buffers;
using System.Collections.Concurrent;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace NativeSsl;

/// <summary>
/// A tokenizer with a vocabulary of pieces, in the steps that Hugging Face's <c>tokenizer.json</c> names: normalize, cut into words, spell each word in pieces;
/// and back. Byte-level BPE, CLIP's BPE, WordPiece and Unigram are this with other parts. It may be used from several threads.
/// </summary>
public sealed class PieceTokenizer : ITokenizer
{
    const int CachedWords = 1 << 16, LongestCached = 64;

    readonly PieceTokenizerParts _parts;
    readonly PieceTable _pieces;
    readonly AddedTokens _raw, _normalized;
    readonly HashSet<int> _added, _specials;
    readonly ConcurrentDictionary<string, int[]> _cache = new(StringComparer.Ordinal);
    readonly ConcurrentDictionary<string, int[]>.AlternateLookup<ReadOnlySpan<char>> _cached;
    int _cacheCount;

    internal PieceTokenizer(PieceTokenizerParts parts)
    {
        (_parts, _pieces) = (parts, parts.Pieces);
        _raw = new AddedTokens(parts.Added.Where(static token => !token.Normalized));
        _normalized = new AddedTokens(parts.Added.Where(static token => token.Normalized), parts.Normalizer);
        _added = [.. parts.Added.Select(static token => token.Id)];
        _specials = [.. parts.Added.Where(static token => token.Special).Select(static token => token.Id)];
        Special = SpecialTokens.Of(parts.Added, parts.Model.Unknown);
        _cached = _cache.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <inheritdoc/>
    public int VocabularySize => _pieces.Count;

    /// <inheritdoc/>
    public SpecialTokens Special { get; }

    /// <inheritdoc/>
    public bool IsSpecial(int id) => _specials.Contains(id);

    /// <inheritdoc/>
    public bool BeginsWord(int id) => _added.Contains(Checked(id, 0)) || _parts.Decoder.BeginsWord(_pieces[id]);

    /// <summary>A piece as the vocabulary writes it: <c>##ing</c>, <c>Ġthe</c>, <c>▁the</c>.</summary>
    /// <exception cref="IndexException">An id outside the vocabulary.</exception>
    public string Piece(int id) => _pieces[Checked(id, 0)];

    /// <summary>The id of a piece or a special token as the vocabulary writes it; null if it has none.</summary>
    public int? IdOf(string piece) => _pieces.TryGet(piece, out int id) ? id : null;

    /// <inheritdoc/>
    public int[] Encode(string text)
    {
        List<int> ids = new(text.Length / 3 + 4);
        Append(ids, text, withSpecials: false);
        return [.. ids];
    }

    /// <inheritdoc/>
    public int[] EncodeWithSpecials(string text, string? pair = null)
    {
        List<int> ids = new(text.Length / 3 + 4);
        foreach (TemplatePlace place in pair is null ? _parts.Template.Single : _parts.Template.Pair)
        {
            if (place.Token is { } token) ids.Add(token.Id);
            else Append(ids, place.Second ? pair! : text, withSpecials: true);
        }
        return [.. ids];
    }

    void Append(List<int> ids, string text, bool withSpecials)
    {
        UnicodeText.Check(text);
        foreach ((string raw, AddedToken? found) in _raw.Cut(text, withSpecials))
        {
            if (found is not null)
            {
                ids.Add(found.Id);
                continue;
            }
            foreach ((string normal, AddedToken? also) in _normalized.Cut(_parts.Normalizer?.Apply(raw) ?? raw, withSpecials))
            {
                if (also is not null) ids.Add(also.Id);
                else AppendWords(ids, _parts.Split.Prepare(normal));
            }
        }
    }

    void AppendWords(List<int> ids, string text)
    {
        int at = 0;
        for (ReadOnlySpan<char> word = _parts.Split.Next(text, ref at); !word.IsEmpty; word = _parts.Split.Next(text, ref at))
        {
            if (_cached.TryGetValue(word, out int[]? known))
            {
                ids.AddRange(known);
                continue;
            }
            int first = ids.Count;
            _parts.Model.Spell(word, ids);
            // a word's spelling never changes, so it does not matter who writes it down, nor that a full cache takes no more
            if (word.Length <= LongestCached && _cacheCount < CachedWords && _cached.TryAdd(word, [.. ids[first..]])) Interlocked.Increment(ref _cacheCount);
        }
    }

    /// <inheritdoc/>
    public string Decode(ReadOnlySpan<int> ids)
    {
        for (int i = 0; i < ids.Length; i++) Checked(ids[i], i);
        return _parts.Decoder.Decode(_pieces, _added, ids);
    }

    int Checked(int id, int place) => id >= 0 && id < _pieces.Count ? id
        : throw new IndexException($"PieceTokenizer: id {id} at {place} is outside 0 … {_pieces.Count - 1}.");

    /// <summary>The tokenizer as Hugging Face's <c>tokenizer.json</c>, on one line.</summary>
    public string ToJson()
    {
        ArrayBufferWriter<byte> bytes = new();
        using (Utf8JsonWriter json = new(bytes, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            TokenizerJsonWriter.Write(json, _parts);
        return System.Text.Encoding.UTF8.GetString(bytes.WrittenSpan);
    }
}
