using System.Buffers;
using System.Buffers.Binary;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace NativeSsl;

/// <summary>
/// A safetensors file, open for reading: named tensors and a few strings, no code. Opening reads the header only; a tensor is streamed to where it is
/// wanted, so files larger than memory are fine, and is held against its CRC-32C on the way if the file has one (files of other programs have none).
/// </summary>
/// <example><code>using var file = SafetensorsFile.Open("model.safetensors"); Tensor weight = file.Read("weight", backend);</code></example>
public sealed class SafetensorsFile : IDisposable
{
    const int ChunkBytes = 1 << 20;

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
        foreach (string key in _header.Metadata.Keys.Where(static key => key.StartsWith(SafetensorsChecksums.Prefix, StringComparison.Ordinal)).ToArray())
            _header.Metadata.Remove(key);
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
    /// <exception cref="MalformedFileException">It cannot be read, or is not a safetensors file; the message says where and why.</exception>
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
        if (length < SafetensorsHeader.LengthBytes) throw new MalformedFileException(path, $"it has {length} bytes; a safetensors file begins with 8 bytes of header length.");
        stream.Position = 0;
        Span<byte> prefix = stackalloc byte[SafetensorsHeader.LengthBytes];
        stream.ReadExactly(prefix);
        ulong claimed = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (claimed > SafetensorsHeader.MaxLength)
            throw new MalformedFileException(path, $"it claims a header of {claimed} bytes; the format allows {SafetensorsHeader.MaxLength}. This is not a safetensors file.");
        if ((long)claimed > length - prefix.Length)
            throw new MalformedFileException(path, $"it claims a header of {claimed} bytes, but only {length - prefix.Length} follow; cut short?");
        byte[] json = new byte[claimed];
        stream.ReadExactly(json);
        return json;
    }

    /// <summary>Whether there is a tensor of this name.</summary>
    public bool Contains(string name) => _header.Entries.ContainsKey(name);

    /// <summary>The tensor of this name.</summary>
    /// <exception cref="MalformedFileException">There is none.</exception>
    public SafetensorsEntry this[string name] => _header.Entries.TryGetValue(name, out SafetensorsEntry? entry) ? entry
        : throw new MalformedFileException(Path, $"it has no tensor '{name}'; it has {Entries.Count}{(Entries.Count == 0 ? "" : $", the first of them '{Entries[0].Name}'")}.");

    /// <summary>The elements of an F32, F16, BF16 or F64 tensor; F64 is rounded.</summary>
    /// <exception cref="MalformedFileException">No such tensor, another type, or data that do not have their checksum.</exception>
    /// <exception cref="ShapeException">The destination has another length.</exception>
    public void Read(string name, Span<float> values)
    {
        SafetensorsEntry entry = Floating(name);
        CheckCount(entry, values.Length);
        using Chunks chunks = new(this, entry);
        for (int start = 0; chunks.Next() is { IsEmpty: false } bytes; start += bytes.Length / entry.Type.Size())
            ToFloats(entry.Type, bytes, values[start..]);
    }

    /// <summary>The elements of an I64, I32, U8 or BOOL tensor.</summary>
    /// <inheritdoc cref="Read(string, Span{float})"/>
    public void Read(string name, Span<long> values)
    {
        SafetensorsEntry entry = this[name];
        if (entry.IsFloating)
            throw new MalformedFileException(Path, $"tensor '{name}' is {entry}; whole numbers (I64, I32, U8, BOOL) are wanted here.");
        CheckCount(entry, values.Length);
        using Chunks chunks = new(this, entry);
        for (int start = 0; chunks.Next() is { IsEmpty: false } bytes; start += bytes.Length / entry.Type.Size())
            ToWholes(entry.Type, bytes, values[start..]);
    }

    /// <summary>The bytes of a tensor of any type, as they are.</summary>
    /// <inheritdoc cref="Read(string, Span{float})"/>
    public void ReadBytes(string name, Span<byte> bytes)
    {
        SafetensorsEntry entry = this[name];
        if (bytes.Length != entry.Bytes) throw new ShapeException($"Safetensors: '{name}' {entry} has {entry.Bytes} bytes but the destination {bytes.Length}.");
        using Chunks chunks = new(this, entry);
        for (int start = 0; chunks.Next() is { IsEmpty: false } chunk; start += chunk.Length) chunk.CopyTo(bytes[start..]);
    }

    /// <summary>The elements of an F32, F16, BF16 or F64 tensor, into a Float32 tensor of the same shape. On an error its content is undefined.</summary>
    /// <exception cref="MalformedFileException">No such tensor, another type, or data that do not have their checksum.</exception>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    public void ReadInto(string name, Tensor tensor)
    {
        SafetensorsEntry entry = Floating(name);
        if (entry.Shape != tensor.Shape) throw new ShapeException($"Safetensors: '{name}' of {Path} is {entry} but the tensor has shape {tensor.Shape}.");
        using Chunks chunks = new(this, entry);
        float[] values = ArrayPool<float>.Shared.Rent((int)Math.Min(entry.Count, ChunkBytes / entry.Type.Size()));
        for (long start = 0; chunks.Next() is { IsEmpty: false } bytes;)
        {
            int count = bytes.Length / entry.Type.Size();
            ToFloats(entry.Type, bytes, values);
            tensor.Storage.Slice(start, count).CopyFrom(values.AsSpan(0, count));
            start += count;
        }
        ArrayPool<float>.Shared.Return(values);
    }

    /// <summary>A new Float32 tensor that outlives the step.</summary>
    /// <exception cref="MalformedFileException">No such tensor, another type, or data that do not have their checksum.</exception>
    /// <exception cref="ShapeException">It has more, or longer, axes than a <see cref="Shape"/> takes.</exception>
    public Tensor Read(string name, IBackend backend)
    {
        Tensor tensor = Tensor.Lasting(backend, Floating(name).Shape);
        ReadInto(name, tensor);
        return tensor;
    }

    /// <summary>Reads everything once, holding every tensor against its checksum. Tensors without one are read too: the disk may fail.</summary>
    /// <exception cref="MalformedFileException">A tensor does not have its checksum.</exception>
    public void Verify()
    {
        foreach (SafetensorsEntry entry in Entries)
        {
            using Chunks chunks = new(this, entry);
            while (!chunks.Next().IsEmpty) { }
        }
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _stream.Dispose();

    SafetensorsEntry Floating(string name)
    {
        SafetensorsEntry entry = this[name];
        return entry.IsFloating ? entry
            : throw new MalformedFileException(Path, $"tensor '{name}' is {entry}; a floating type (F32, F16, BF16, F64) is wanted here.");
    }

    static void CheckCount(SafetensorsEntry entry, int count)
    {
        if (count != entry.Count) throw new ShapeException($"Safetensors: '{entry.Name}' {entry} has {entry.Count} elements but the destination {count}.");
    }

    static void ToFloats(SafetensorsType type, ReadOnlySpan<byte> bytes, Span<float> values)
    {
        switch (type)
        {
            case SafetensorsType.Float32: bytes.CopyTo(MemoryMarshal.AsBytes(values)); break;
            case SafetensorsType.Float16: TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<byte, Half>(bytes), values); break;
            case SafetensorsType.Float64: TensorPrimitives.ConvertTruncating(MemoryMarshal.Cast<byte, double>(bytes), values); break;
            default:
                ReadOnlySpan<ushort> halves = MemoryMarshal.Cast<byte, ushort>(bytes);
                for (int i = 0; i < halves.Length; i++) values[i] = BitConverter.UInt32BitsToSingle((uint)halves[i] << 16);
                break;
        }
    }

    static void ToWholes(SafetensorsType type, ReadOnlySpan<byte> bytes, Span<long> values)
    {
        switch (type)
        {
            case SafetensorsType.Int64: bytes.CopyTo(MemoryMarshal.AsBytes(values)); break;
            case SafetensorsType.Int32: TensorPrimitives.ConvertTruncating(MemoryMarshal.Cast<byte, int>(bytes), values); break;
            default: TensorPrimitives.ConvertTruncating(bytes, values); break;
        }
    }

    // One tensor, piece by piece; the last, empty piece comes only if the checksum was right. Pieces hold whole elements.
    sealed class Chunks(SafetensorsFile file, SafetensorsEntry entry) : IDisposable
    {
        readonly byte[] _buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(entry.Bytes, ChunkBytes));
        long _done;
        uint _sum = Crc32C.Start;

        public ReadOnlySpan<byte> Next()
        {
            Span<byte> bytes = _buffer.AsSpan(0, (int)Math.Min(entry.Bytes - _done, ChunkBytes));
            try
            {
                lock (file._stream)
                {
                    file._stream.Position = file._body + entry.Start + _done;
                    file._stream.ReadExactly(bytes);
                }
            }
            catch (IOException error)
            {
                throw new MalformedFileException(file.Path, $"tensor '{entry.Name}' cannot be read: {error.Message}", error);
            }
            if (bytes.IsEmpty && file._verify && entry.Checksum is { } claimed && Crc32C.Finish(_sum) != claimed)
                throw new MalformedFileException(file.Path, $"the data of tensor '{entry.Name}' {entry} have checksum {Crc32C.Finish(_sum)}, not {claimed}: they were damaged.");
            _sum = Crc32C.Append(_sum, bytes);
            _done += bytes.Length;
            return bytes;
        }

        public void Dispose() => ArrayPool<byte>.Shared.Return(_buffer);
    }
}
