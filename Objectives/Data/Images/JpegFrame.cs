using System.Buffers.Binary;

namespace NativeSsl;

/// <summary>
/// The frame of a JPEG file: markers, most of them with a segment behind them (ITU-T T.81, annex B). Walked from the first marker to the
/// last, so that a file that was cut short is told from a whole one, and its size is known before it is decoded.
/// </summary>
sealed class JpegFrame(byte[] file, string name)
{
    /// <summary>A block of 8 × 8 pixels takes at least one bit.</summary>
    const int MaxPixelsOfByte = 512;

    uint _height, _width;
    int _components, _scans;
    bool _codes, _quantizers;

    internal PictureHeader Read()
    {
        for (int place = 2; ;)
        {
            byte marker = Marker(ref place);
            int start = place;
            // markers without a segment: a lonely temporary one, restarts, the start
            if (marker is 0x01 or (>= 0xD0 and <= 0xD8)) throw Malformed(start - 2, $"marker 0x{marker:X2} is out of place.");
            if (marker == 0xD9) break;
            ReadOnlySpan<byte> content = Segment(ref place, marker);
            _codes |= marker == 0xC4;
            _quantizers |= marker == 0xDB;
            if (marker is 0xC0 or 0xC1 or 0xC2) Frame(content, start + 2);
            else if (marker is >= 0xC3 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC))
                throw Malformed(start - 2, $"it is coded as 0x{marker:X2} (lossless, hierarchical or arithmetic), " +
                    "which is not decoded. Save it as a baseline or progressive JPEG.");
            else if (marker == 0xDA) Scan(content, start + 2, ref place);
        }
        if (_scans == 0) throw Malformed(file.Length, "there are no pixels in it.");
        return new((int)_height, (int)_width, Grey: _components == 1, Alpha: false);
    }

    byte Marker(ref int place)
    {
        int start = place;
        if (place < file.Length && file[place] != 0xFF)
            throw Malformed(place, $"a marker has to stand there, not 0x{file[place]:X2}. Fetch the file again.");
        // any number of 0xFF may stand in front of one
        while (place < file.Length && file[place] == 0xFF) place++;
        return place < file.Length ? file[place++] : throw Malformed(start, "it ends without its end marker; cut short?");
    }

    ReadOnlySpan<byte> Segment(ref int place, byte marker)
    {
        int start = place, left = file.Length - place;
        int length = left < 2 ? 0 : BinaryPrimitives.ReadUInt16BigEndian(file.AsSpan(place));
        if (length < 2 || length > left)
            throw Malformed(start, $"the segment of marker 0x{marker:X2} claims {length} bytes, and {left} are left; cut short?");
        place += length;
        return file.AsSpan(start + 2, length - 2);
    }

    void Frame(ReadOnlySpan<byte> content, int place)
    {
        if (_components > 0) throw Malformed(place, "a second frame header.");
        if (content.Length < 6 || content.Length != 6 + 3 * content[5])
            throw Malformed(place, $"a frame header of {content.Length} bytes has not the length that its components ask for.");
        if (content[0] != 8) throw Malformed(place, $"{content[0]} bits a number; only 8 are decoded.");
        (_height, _width) = (BinaryPrimitives.ReadUInt16BigEndian(content[1..]), BinaryPrimitives.ReadUInt16BigEndian(content[3..]));
        PictureHeader.CheckPixels(name, place + 1, _height, _width);
        if ((ulong)_height * _width > (ulong)file.Length * MaxPixelsOfByte)
            throw Malformed(place + 1, $"it claims {_height} × {_width} pixels, which do not fit into {file.Length} bytes; cut short?");
        _components = content[5];
        if (_components is not (1 or 3 or 4))
            throw Malformed(place + 5, $"{_components} components; 1 (grey), 3 or 4 (colours) are known.");
        for (int i = 0; i < _components; i++)
        {
            int across = content[7 + 3 * i] >> 4, down = content[7 + 3 * i] & 15, table = content[8 + 3 * i];
            if (across is < 1 or > 4 || down is < 1 or > 4 || table > 3)
                throw Malformed(place + 7 + 3 * i, $"component {i}: sampling {across} × {down} and table {table} do not exist.");
        }
    }

    void Scan(ReadOnlySpan<byte> content, int start, ref int place)
    {
        if (_components == 0) throw Malformed(start, "pixels before the frame header.");
        if (!_codes || !_quantizers) throw Malformed(start, "pixels before the tables that decode them.");
        if (content.Length < 1 || content[0] is < 1 or > 4 || content.Length != 4 + 2 * content[0])
            throw Malformed(start, $"a scan header of {content.Length} bytes has not the length that its components ask for.");
        _scans++;
        // Coded pixels go on to the next marker that is neither a stuffed zero nor a restart.
        while (place < file.Length - 1 && (file[place] != 0xFF || file[place + 1] is 0 or 0xFF or (>= 0xD0 and <= 0xD7))) place++;
        if (place >= file.Length - 1) throw Malformed(file.Length, "it ends in the midst of the pixels; cut short?");
    }

    MalformedFileException Malformed(int place, string reason) => new(name, $"byte {place}: {reason}");
}
