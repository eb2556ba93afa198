using System.Buffers.Binary;
using System.IO.Compression;

namespace NativeSsl.Tests.Images;

/// <summary>PNG files for tests: right ones, and wrong ones with right checksums.</summary>
static class PngWriter
{
    public static byte[] Signature => [0x89, 0x50, 0x4E, 0x47, 13, 10, 26, 10];

    /// <summary>A picture of bytes, not filtered; 1 to 4 channels are grey, grey with alpha, colours, colours with alpha.</summary>
    public static byte[] Write(int height, int width, int channels, byte[] pixels) =>
    [
        .. Signature, .. Header(height, width, 8, new[] { 0, 4, 2, 6 }[channels - 1]),
        .. Data(Rows(height, width * channels, pixels)), .. End,
    ];

    public static byte[] Header(long height, long width, int depth, int colour, int compression = 0, int filter = 0, int interlace = 0)
    {
        byte[] content = new byte[13];
        BinaryPrimitives.WriteUInt32BigEndian(content, (uint)width);
        BinaryPrimitives.WriteUInt32BigEndian(content.AsSpan(4), (uint)height);
        (content[8], content[9]) = ((byte)depth, (byte)colour);
        (content[10], content[11], content[12]) = ((byte)compression, (byte)filter, (byte)interlace);
        return Chunk("IHDR", content);
    }

    public static byte[] End => Chunk("IEND", []);

    /// <summary>Each row behind a byte that says it is not filtered.</summary>
    public static byte[] Rows(int height, int rowBytes, byte[] bytes) =>
        [.. Enumerable.Range(0, height).SelectMany(row => bytes.Skip(row * rowBytes).Take(rowBytes).Prepend((byte)0))];

    public static byte[] Data(byte[] rows) => Chunk("IDAT", Deflate(rows));

    public static byte[] Deflate(byte[] bytes)
    {
        using MemoryStream stream = new();
        using (ZLibStream packed = new(stream, CompressionLevel.Optimal)) packed.Write(bytes);
        return stream.ToArray();
    }

    public static byte[] Chunk(string kind, byte[] content)
    {
        byte[] chunk = new byte[12 + content.Length];
        BinaryPrimitives.WriteInt32BigEndian(chunk, content.Length);
        for (int i = 0; i < 4; i++) chunk[4 + i] = (byte)kind[i];
        content.CopyTo(chunk, 8);
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(8 + content.Length), Sum(chunk.AsSpan(4, 4 + content.Length)));
        return chunk;
    }

    // Bit by bit, as the specification defines it; the library's has a table.
    static uint Sum(ReadOnlySpan<byte> bytes)
    {
        uint sum = uint.MaxValue;
        foreach (byte value in bytes)
        {
            sum ^= value;
            for (int bit = 0; bit < 8; bit++) sum = (sum & 1) == 0 ? sum >> 1 : 0xEDB88320 ^ (sum >> 1);
        }
        return ~sum;
    }
}
