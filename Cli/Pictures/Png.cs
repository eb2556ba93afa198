using System.Buffers.Binary;
using System.IO.Compression;

namespace NativeSsl.Cli.Pictures;

/// <summary>Pixels as a PNG file: grey or red, green and blue, eight bits each, unfiltered (W3C, “Portable Network Graphics Specification”, second edition).</summary>
static class Png
{
    static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <param name="size">One channel or three.</param>
    /// <param name="pixels"><c>[height, width, channels]</c>.</param>
    internal static byte[] Encode(ImageSize size, ReadOnlySpan<byte> pixels)
    {
        using var file = new MemoryStream();
        file.Write(Signature);
        Span<byte> header = stackalloc byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, size.Width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], size.Height);
        (header[8], header[9]) = (8, size.Channels == 1 ? (byte)0 : (byte)2);        // bits of a channel, grey or colour
        header[10..].Clear();
        Chunk(file, "IHDR"u8, header);
        using var packed = new MemoryStream();
        using (var deflate = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true))
            for (int row = 0, length = size.Width * size.Channels; row < size.Height; row++)
            {
                deflate.WriteByte(0);                                                // this row is not filtered
                deflate.Write(pixels.Slice(row * length, length));
            }
        Chunk(file, "IDAT"u8, packed.ToArray());
        Chunk(file, "IEND"u8, []);
        return file.ToArray();
    }

    static void Chunk(MemoryStream file, ReadOnlySpan<byte> name, ReadOnlySpan<byte> content)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, content.Length);
        file.Write(number);
        file.Write(name);
        file.Write(content);
        BinaryPrimitives.WriteUInt32BigEndian(number, ~Crc(content, Crc(name, ~0u)));
        file.Write(number);
    }

    // CRC-32, bit by bit: a thumbnail has a few thousand bytes.
    static uint Crc(ReadOnlySpan<byte> bytes, uint crc)
    {
        foreach (byte value in bytes)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ (0xEDB88320u & (0u - (crc & 1)));
        }
        return crc;
    }
}
