using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace NativeSsl;

/// <summary>
/// A corpus as tokens: documents of segments (sentences), read by position. Tokens lie in memory or in a file of 32-bit numbers; where segments and
/// documents begin is in memory always, eight bytes a segment.
/// </summary>
public sealed partial class TokenStore : IDisposable
{
    readonly int[]? _tokens;
    readonly SafeFileHandle? _file;
    readonly long[] _segments;                              // where each segment begins, and where the last ends
    readonly int[] _documents;                              // the first segment of each document, and one past the last
    readonly (string Name, int First)[] _sources;           // the first document of each file

    TokenStore(int[]? tokens, SafeFileHandle? file, Outline outline, string fingerprint)
    {
        (_tokens, _file, Fingerprint) = (tokens, file, fingerprint);
        (_segments, _documents, _sources) = ([.. outline.Segments, outline.Tokens], [.. outline.Documents, outline.Segments.Count], [.. outline.Sources]);
    }

    /// <summary>Where everything begins, as it is found.</summary>
    sealed class Outline
    {
        public readonly List<long> Segments = [];
        public readonly List<int> Documents = [];
        public readonly List<(string Name, int First)> Sources = [];
        public long Tokens;
        int _document = -1;

        public void Add(Passage passage, ReadOnlySpan<int> tokens, int longest)
        {
            if (tokens.Length == 0) return;                 // a sentence of nothing that the tokenizer knows
            if (_document != passage.Document) Documents.Add(Segments.Count);
            _document = passage.Document;
            if (Sources.Count == 0 || Sources[^1].Name != passage.Source) Sources.Add((passage.Source, Documents.Count - 1));
            for (int start = 0; start < tokens.Length; start += longest) Segments.Add(Tokens + start);
            Tokens += tokens.Length;
        }
    }

    /// <summary>How many tokens there are.</summary>
    public long TokenCount => _segments[^1];
    /// <summary>How many segments there are.</summary>
    public int SegmentCount => _segments.Length - 1;
    /// <summary>How many documents there are.</summary>
    public int DocumentCount => _documents.Length - 1;
    /// <summary>The files, each with its first document.</summary>
    public IReadOnlyList<(string Name, int First)> Sources => _sources;
    /// <summary>Tells these tokens and their bounds from others: SHA-256, in hexadecimal digits.</summary>
    public string Fingerprint { get; }
    /// <summary>Whether the tokens lie in a file.</summary>
    public bool IsOnDisk => _file is not null;

    /// <summary>All tokens of a corpus, in memory.</summary>
    /// <param name="passages">Its sentences.</param>
    /// <param name="encode">From a sentence to tokens: a tokenizer's <see cref="ITokenizer.Encode"/>.</param>
    /// <param name="longest">A longer segment is cut into pieces of so many tokens.</param>
    /// <exception cref="ShapeException">There are no tokens, or more than an array has room for.</exception>
    public static TokenStore InMemory(IEnumerable<Passage> passages, Func<string, int[]> encode, int longest = int.MaxValue)
    {
        List<int> tokens = [];
        var outline = new Outline();
        foreach (Passage passage in passages)
        {
            int[] segment = encode(passage.Text);
            if (tokens.Count > Array.MaxLength - segment.Length)
                throw new ShapeException($"TokenStore: more than {tokens.Count} tokens have no room in memory; write them to a file.");
            outline.Add(passage, segment, longest);
            tokens.AddRange(segment);
        }
        int[] all = [.. tokens];
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        if (BitConverter.IsLittleEndian) hash.AppendData(MemoryMarshal.AsBytes<int>(all));
        else hash.AppendData(MemoryMarshal.AsBytes<int>(Array.ConvertAll(all, BinaryPrimitives.ReverseEndianness)));
        return new TokenStore(all, null, Checked(outline), Sign(hash, outline));
    }

    static Outline Checked(Outline outline) => outline.Tokens > 0 ? outline : throw new ShapeException("TokenStore: the text has no tokens.");

    static string Sign(IncrementalHash hash, Outline outline)
    {
        byte[] bounds = new byte[8 * outline.Segments.Count + 4 * outline.Documents.Count];
        for (int i = 0; i < outline.Segments.Count; i++) BinaryPrimitives.WriteInt64LittleEndian(bounds.AsSpan(8 * i), outline.Segments[i]);
        for (int i = 0; i < outline.Documents.Count; i++)
            BinaryPrimitives.WriteInt32LittleEndian(bounds.AsSpan(8 * outline.Segments.Count + 4 * i), outline.Documents[i]);
        hash.AppendData(bounds);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Where a segment begins among all tokens; for <see cref="SegmentCount"/>, where the last ends.</summary>
    public long Start(int segment) => _segments[segment];

    /// <summary>How many tokens a segment has.</summary>
    public int Length(int segment) => (int)(_segments[segment + 1] - _segments[segment]);

    /// <summary>The segments of a document: the first, and one past the last.</summary>
    public (int First, int End) Segments(int document) => (_documents[document], _documents[document + 1]);

    /// <summary>Reads tokens that stand one after the other.</summary>
    /// <param name="start">The first of them, from 0 to <see cref="TokenCount"/> less their number.</param>
    /// <param name="tokens">Where they go.</param>
    /// <exception cref="ShapeException">There are not so many.</exception>
    /// <exception cref="MalformedFileException">The file was changed.</exception>
    public void Read(long start, Span<int> tokens)
    {
        if (start < 0 || start > TokenCount - tokens.Length)
            throw new ShapeException($"TokenStore.Read: tokens {start} … {start + tokens.Length - 1} of {TokenCount}.");
        if (_tokens is not null) _tokens.AsSpan((int)start, tokens.Length).CopyTo(tokens);
        else ReadFile(start, tokens);
    }

    /// <summary>Some segments that stand one after the other, joined.</summary>
    public int[] Tokens(int firstSegment, int endSegment)
    {
        int[] tokens = new int[_segments[endSegment] - _segments[firstSegment]];
        Read(_segments[firstSegment], tokens);
        return tokens;
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _file?.Dispose();
}
