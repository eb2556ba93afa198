using System.Buffers;

namespace NativeSsl;

/// <summary>
/// One tensor of a file, piece by piece; the last, empty piece comes only if the checksum was right. Pieces hold whole elements.
/// </summary>
sealed class SafetensorsChunks(Stream stream, string path, long body, SafetensorsEntry entry, bool verify) : IDisposable
{
    /// <summary>The bytes of a piece, except the last.</summary>
    public const int Size = 1 << 20;

    readonly byte[] _buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(entry.Bytes, Size));
    long _done;
    uint _sum = Crc32C.Start;

    public ReadOnlySpan<byte> Next()
    {
        Span<byte> bytes = _buffer.AsSpan(0, (int)Math.Min(entry.Bytes - _done, Size));
        try
        {
            lock (stream)
            {
                stream.Position = body + entry.Start + _done;
                stream.ReadExactly(bytes);
            }
        }
        catch (IOException error)
        {
            throw new MalformedFileException(path, $"tensor '{entry.Name}' cannot be read: {error.Message}", error);
        }
        if (bytes.IsEmpty && verify && entry.Checksum is { } claimed && Crc32C.Finish(_sum) != claimed)
            throw new MalformedFileException(path,
                $"the data of tensor '{entry.Name}' {entry} have checksum {Crc32C.Finish(_sum)}, not {claimed}: they were damaged.");
        _sum = Crc32C.Append(_sum, bytes);
        _done += bytes.Length;
        return bytes;
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(_buffer);
}
