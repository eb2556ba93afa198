using System.Buffers.Binary;

namespace NativeSsl;

/// <summary>
/// A safetensors file, open for reading: named tensors and a few strings, no code. Opening reads the header only; a tensor is streamed to
/// where it is wanted, so files larger than memory are fine, and is held against its CRC-32C on the way if the file has one (files of
/// other programs have none).
/// </summary>
/// <example><code>
/// using var file = SafetensorsFile.Open("model.safetensors");
/// Tensor weight = file.Read("weight", backend);
/// </code></example>
public sealed partial class SafetensorsFile : IDisposable
{
    readonly Stream _stream;
    readonly SafetensorsHeader _header;
    readonly long _body;
    readonly bool _verify;

    SafetensorsFile(Stream stream, string path, bool verify)
    {
        (_stream, Path, _verify) = (stream, path, verify);
        byte[] json = ReadHeader(stream, path);
        _body = SafetensorsHeader.LengthBytes + json.Length;
        _header = SafetensorsHeader.Parse(json, stream.Length - _body, path);
        if (verify) SafetensorsChecksums.Check(_header, json, path);
        foreach (string key in _header.Metadata.Keys.ToArray())
            if (key.StartsWith(SafetensorsChecksums.Prefix, StringComparison.Ordinal)) _header.Metadata.Remove(key);
        Entries = _header.InFileOrder();
    }

    /// <summary>The file's name, for messages.</summary>
    public string Path { get; }

    /// <summary>The tensors, in the order of the file.</summary>
    public IReadOnlyList<SafetensorsEntry> Entries { get; }

    /// <summary>The strings that the writer put in, without NativeSsl's own.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _header.Metadata;

    /// <summary>Opens a file and reads its header.</summary>
    /// <param name="path">The file.</param>
    /// <param name="verify">Whether to hold header and tensors against their checksums.</param>
    /// <exception cref="MalformedFileException">It cannot be read, or is not a safetensors file;
    /// the message says where and why.</exception>
    public static SafetensorsFile Open(string path, bool verify = true)
    {
        FileStream? stream = null;
        try
        {
            stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);
            return new SafetensorsFile(stream, path, verify);
        }
        catch (Exception error)
        {
            stream?.Dispose();
            if (error is IOException or UnauthorizedAccessException or NotSupportedException)
                throw new MalformedFileException(path, $"it cannot be read: {error.Message}", error);
            throw;
        }
    }

    /// <summary>Reads from a stream that can seek, and belongs to this from now on.</summary>
    /// <param name="stream">For example an embedded resource.</param>
    /// <param name="name">Named in errors.</param>
    /// <param name="verify">Whether to hold header and tensors against their checksums.</param>
    /// <exception cref="MalformedFileException">It is not a safetensors file.</exception>
    public static SafetensorsFile Open(Stream stream, string name, bool verify = true) => new(stream, name, verify);

    static byte[] ReadHeader(Stream stream, string path)
    {
        long length = stream.Length;
        if (length < SafetensorsHeader.LengthBytes)
            throw new MalformedFileException(path, $"it has {length} bytes; a safetensors file begins with 8 bytes of header length.");
        stream.Position = 0;
        Span<byte> prefix = stackalloc byte[SafetensorsHeader.LengthBytes];
        stream.ReadExactly(prefix);
        ulong claimed = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (claimed > SafetensorsHeader.MaxLength)
            throw new MalformedFileException(path, $"it claims a header of {claimed} bytes; " +
                $"the format allows {SafetensorsHeader.MaxLength}. This is not a safetensors file.");
        if ((long)claimed > length - prefix.Length)
            throw new MalformedFileException(path, $"it claims a header of {claimed} bytes, " +
                $"but only {length - prefix.Length} follow; cut short?");
        byte[] json = new byte[claimed];
        stream.ReadExactly(json);
        return json;
    }

    /// <summary>Whether there is a tensor of this name.</summary>
    public bool Contains(string name) => _header.Entries.ContainsKey(name);

    /// <summary>The tensor of this name.</summary>
    /// <exception cref="MalformedFileException">There is none.</exception>
    public SafetensorsEntry this[string name] => _header.Entries.TryGetValue(name, out SafetensorsEntry? entry) ? entry
        : throw new MalformedFileException(Path, $"it has no tensor '{name}'; " +
            $"it has {Entries.Count}{(Entries.Count == 0 ? "" : $", the first of them '{Entries[0].Name}'")}.");

    /// <summary>Reads everything once, holding every tensor against its checksum. Tensors without one are read too:
    /// the disk may fail.</summary>
    /// <exception cref="MalformedFileException">A tensor does not have its checksum.</exception>
    public void Verify()
    {
        foreach (SafetensorsEntry entry in Entries)
        {
            using SafetensorsChunks chunks = Chunks(entry);
            while (!chunks.Next().IsEmpty) { }
        }
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _stream.Dispose();
}
