using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace NativeSsl;

/// <summary>A safetensors file about to be written: everything but the data is settled and checked.</summary>
sealed class SafetensorsPlan
{
    const int ChunkBytes = 1 << 20;
    static readonly Comparer<string> ByUtf8 = Comparer<string>.Create(static (left, right) =>
        Encoding.UTF8.GetBytes(left).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(right)));

    readonly SafetensorsItem[] _items;
    readonly SortedDictionary<string, string> _metadata = new(ByUtf8);
    readonly bool _checksums;

    /// <summary>The number of bytes of the whole file.</summary>
    public long Length { get; }

    public SafetensorsPlan(IEnumerable<SafetensorsItem> items, IReadOnlyDictionary<string, string>? metadata, bool checksums)
    {
        (_items, _checksums) = ([.. items], checksums);
        Array.Sort(_items, static (left, right) =>
            left.Type != right.Type ? right.Type.CompareTo(left.Type) : ByUtf8.Compare(left.Name, right.Name));
        HashSet<string> names = new(StringComparer.Ordinal);
        foreach (SafetensorsItem item in _items)
        {
            CheckText("the name", item.Name);
            if (item.Name == "__metadata__")
                throw new NativeSslException("Safetensors: no tensor can be named '__metadata__'; the format uses it.");
            if (!names.Add(item.Name))
                throw new NativeSslException($"Safetensors: two tensors are named '{item.Name}'. Names must differ.");
        }
        if (metadata is not null) foreach ((string key, string value) in metadata) AddMetadata(key, value);
        if (checksums)
        {
            _metadata.TryAdd("format", "pt");
            _metadata[SafetensorsChecksums.VersionKey] = SafetensorsChecksums.Version.ToString(CultureInfo.InvariantCulture);
            _metadata[SafetensorsChecksums.HeaderKey] = SafetensorsChecksums.Blank;
            _metadata[SafetensorsChecksums.TensorsKey] = string.Concat(Enumerable.Repeat(SafetensorsChecksums.Blank, _items.Length));
        }
        Length = Header().Length + _items.Sum(static item => item.Bytes);
    }

    // Twice over the header, because the sums of the data stand before the data; its length does not depend on them.
    public void Write(Stream stream)
    {
        long start = stream.Position;
        stream.Write(Header());
        StringBuilder sums = new();
        foreach (SafetensorsItem item in _items) sums.Append(WriteData(stream, item));
        if (!_checksums) return;
        long end = stream.Position;
        _metadata[SafetensorsChecksums.TensorsKey] = sums.ToString();
        stream.Position = start;
        stream.Write(Signed(Header()));
        stream.Position = end;
    }

    static string WriteData(Stream stream, SafetensorsItem item)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(item.Bytes, ChunkBytes));
        uint sum = Crc32C.Start;
        for (long done = 0; done < item.Bytes;)
        {
            Span<byte> bytes = buffer.AsSpan(0, (int)Math.Min(item.Bytes - done, ChunkBytes));
            item.CopyTo(done, bytes);
            sum = Crc32C.Append(sum, bytes);
            stream.Write(bytes);
            done += bytes.Length;
        }
        ArrayPool<byte>.Shared.Return(buffer);
        return Crc32C.Finish(sum);
    }

    // Reading our own header back tells where its sum goes, and that the reader will take what the writer made.
    byte[] Signed(byte[] header)
    {
        Span<byte> json = header.AsSpan(SafetensorsHeader.LengthBytes);
        int place = SafetensorsHeader.Parse(json, Length - header.Length, "the file being written")
            .MetadataPlaces[SafetensorsChecksums.HeaderKey];
        Encoding.ASCII.GetBytes(SafetensorsChecksums.HeaderSum(json, place)).CopyTo(json[place..]);
        return header;
    }

    byte[] Header()
    {
        ArrayBufferWriter<byte> buffer = new();
        buffer.Write(new byte[SafetensorsHeader.LengthBytes]);
        using (Utf8JsonWriter json = new(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            WriteMetadata(json);
            long place = 0;
            foreach (SafetensorsItem item in _items)
            {
                json.WriteStartObject(item.Name);
                json.WriteString("dtype"u8, item.Type.Name());
                WriteArray(json, "shape"u8, item.Lengths);
                WriteArray(json, "data_offsets"u8, [place, place += item.Bytes]);
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        while (buffer.WrittenCount % 8 != 0) buffer.Write(" "u8);
        byte[] header = buffer.WrittenSpan.ToArray();
        long length = header.Length - SafetensorsHeader.LengthBytes;
        if (length > SafetensorsHeader.MaxLength)
            throw new NativeSslException($"Safetensors: the header of {_items.Length} tensors has {length} bytes; " +
                $"the format allows {SafetensorsHeader.MaxLength}.");
        BinaryPrimitives.WriteInt64LittleEndian(header, length);
        return header;
    }

    void WriteMetadata(Utf8JsonWriter json)
    {
        if (_metadata.Count == 0) return;
        json.WriteStartObject("__metadata__"u8);
        foreach ((string key, string value) in _metadata) json.WriteString(key, value);
        json.WriteEndObject();
    }

    static void WriteArray(Utf8JsonWriter json, ReadOnlySpan<byte> name, ReadOnlySpan<long> values)
    {
        json.WriteStartArray(name);
        foreach (long value in values) json.WriteNumberValue(value);
        json.WriteEndArray();
    }

    void AddMetadata(string key, string value)
    {
        CheckText("the metadata key", key);
        CheckText("the metadata", value);
        if (key.StartsWith(SafetensorsChecksums.Prefix, StringComparison.Ordinal))
            throw new NativeSslException($"Safetensors: metadata '{key}' begins with '{SafetensorsChecksums.Prefix}', " +
                "which is NativeSsl's own. Choose another key.");
        _metadata.Add(key, value);
    }

    static void CheckText(string what, string text)
    {
        for (int i = 0; i < text.Length; i += Rune.GetRuneAt(text, i).Utf16SequenceLength)
            if (!Rune.TryGetRuneAt(text, i, out _))
                throw new NativeSslException($"Safetensors: {what} '{text}' has half of a surrogate pair at {i}; " +
                    "it cannot be written as UTF-8.");
    }
}
