using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace NativeSsl;

/// <summary>
/// The frame of a PNG file: a signature and chunks, each with its length, its kind, its content and a checksum (Portable Network
/// Graphics Specification, third edition, sections 5 and 11). The pixels are unpacked once, to nowhere, to see that they are as many as the
/// header says: a decoder that believes the file may then be let loose on it.
/// </summary>
sealed class PngFrame(byte[] file, string name)
{
    const uint HeaderKind = 0x49484452, PaletteKind = 0x504C5445, PixelsKind = 0x49444154;
    const uint TransparencyKind = 0x74524E53, EndKind = 0x49454E44;
    const int ChunkRoom = 12;

    uint _height, _width;
    int _depth, _colour, _palette;
    bool _interlaced, _transparent;

    static ReadOnlySpan<byte> Signature => [0x89, 0x50, 0x4E, 0x47, 13, 10, 26, 10];

    internal PictureHeader Read()
    {
        if (!file.AsSpan().StartsWith(Signature))
            throw Malformed(4, "the signature of a PNG is damaged. Was the file transferred as text, or cut short?");
        using MemoryStream pixels = new();
        int place = Signature.Length;
        for (uint before = 0; ;)
        {
            (uint kind, int length) = Chunk(place);
            ReadOnlySpan<byte> content = file.AsSpan(place + 8, length);
            if ((before == 0) != (kind == HeaderKind))
                throw Malformed(place, before == 0 ? $"it begins with a chunk {Name(kind)}; IHDR has to come first."
                    : "a second chunk IHDR.");
            if (kind == HeaderKind) Header(content, place + 8);
            else if (kind == PaletteKind) Palette(length, place, pixels.Length > 0);
            else if (kind == TransparencyKind) Transparency(length, place, pixels.Length > 0);
            else if (kind == PixelsKind) AddPixels(pixels, content, before, place);
            else if (kind == EndKind) break;
            else if ((kind & 0x20000000) == 0)
                throw Malformed(place, $"the chunk {Name(kind)} is unknown, and marked as one that must be known. Save the picture anew.");
            (before, place) = (kind, place + ChunkRoom + length);
        }
        CheckPixels(pixels, place);
        return new((int)_height, (int)_width, Grey: _colour is 0 or 4, Alpha: _colour is 4 or 6 || _transparent);
    }

    (uint Kind, int Length) Chunk(int place)
    {
        int room = file.Length - place - ChunkRoom;
        if (room < 0) throw Malformed(place, $"a chunk has to follow, but only {file.Length - place} bytes do; cut short?");
        uint length = BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(place));
        uint kind = BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(place + 4));
        if (length > room)
            throw Malformed(place, $"the chunk {Name(kind)} claims {length} bytes, but only {room} are left; cut short?");
        if (Crc32.Of(file.AsSpan(place + 4, 4 + (int)length)) != BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(place + 8 + (int)length)))
            throw Malformed(place, $"the chunk {Name(kind)} does not have its checksum: it is damaged. Fetch the file again.");
        return (kind, (int)length);
    }

    void Header(ReadOnlySpan<byte> content, int place)
    {
        if (content.Length != 13) throw Malformed(place, $"the header has {content.Length} bytes; 13 are meant.");
        (_width, _height) = (BinaryPrimitives.ReadUInt32BigEndian(content), BinaryPrimitives.ReadUInt32BigEndian(content[4..]));
        PictureHeader.CheckPixels(name, place, _height, _width);
        (_depth, _colour, _interlaced) = (content[8], content[9], content[12] == 1);
        if ((_colour, _depth) is not ((0, 1 or 2 or 4 or 8 or 16) or (3, 1 or 2 or 4 or 8) or (2 or 4 or 6, 8 or 16)))
            throw Malformed(place + 8, $"{_depth} bits of colour type {_colour} do not exist.");
        if (content[10] != 0 || content[11] != 0 || content[12] > 1)
            throw Malformed(place + 10,
                $"compression {content[10]}, filter {content[11]}, interlace {content[12]}: 0, 0 and 0 or 1 are known.");
    }

    void Palette(int length, int place, bool late)
    {
        if (late || _palette > 0) throw Malformed(place, "the palette comes twice, or after the pixels.");
        if (length % 3 != 0 || length is 0 or > 768)
            throw Malformed(place, $"a palette of {length} bytes; three for each of 1 to 256 colours are meant.");
        _palette = length / 3;
    }

    void Transparency(int length, int place, bool late)
    {
        bool fits = _colour switch { 0 => length == 2, 2 => length == 6, 3 => length >= 1 && length <= _palette, _ => false };
        if (late || _transparent || !fits)
            throw Malformed(place, $"transparency of {length} bytes does not fit colour type {_colour}, comes twice, or after the pixels.");
        _transparent = true;
    }

    void AddPixels(MemoryStream pixels, ReadOnlySpan<byte> content, uint before, int place)
    {
        if (_colour == 3 && _palette == 0) throw Malformed(place, "the pixels come before their palette, or there is none.");
        if (pixels.Length > 0 && before != PixelsKind)
            throw Malformed(place, "the pixels are in two places; their chunks have to follow each other.");
        pixels.Write(content);
    }

    // Each row is preceded by a byte that says how it was filtered.
    void CheckPixels(MemoryStream pixels, int end)
    {
        long wanted = _interlaced ? Passes.Sum(pass => Bytes(pass.X, pass.Y, pass.StepX, pass.StepY)) : Bytes(0, 0, 1, 1), got = 0;
        pixels.Position = 0;
        byte[] buffer = ArrayPool<byte>.Shared.Rent(1 << 14);
        try
        {
            using ZLibStream unpacked = new(pixels, CompressionMode.Decompress);
            for (int count; got <= wanted && (count = unpacked.Read(buffer)) > 0;) got += count;
        }
        catch (Exception error) when (error is InvalidDataException or IOException)
        {
            throw new MalformedFileException(name,
                $"the pixels cannot be unpacked (byte {got} of {wanted}): {error.Message} Fetch the file again.", error);
        }
        finally { ArrayPool<byte>.Shared.Return(buffer); }
        if (got != wanted)
            throw Malformed(end, $"{_height} × {_width} pixels take {wanted} bytes unpacked, but " +
                $"{(got > wanted ? "more" : $"{got}")} are there. Fetch the file again.");
    }

    // Section 8.1: where the seven passes of an interlaced picture begin, and their steps.
    static readonly (uint X, uint Y, uint StepX, uint StepY)[] Passes =
        [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];

    long Bytes(uint x, uint y, uint stepX, uint stepY)
    {
        long columns = (_width - (long)x + stepX - 1) / stepX, rows = (_height - (long)y + stepY - 1) / stepY;
        int numbers = _colour switch { 2 => 3, 4 => 2, 6 => 4, _ => 1 };
        return columns <= 0 || rows <= 0 ? 0 : rows * (1 + (columns * _depth * numbers + 7) / 8);
    }

    static string Name(uint kind)
    {
        Span<byte> letters = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(letters, kind);
        return letters.IndexOfAnyExceptInRange((byte)' ', (byte)'~') < 0 ? Encoding.ASCII.GetString(letters) : $"0x{kind:X8}";
    }

    MalformedFileException Malformed(int place, string reason) => new(name, $"byte {place}: {reason}");
}
