using System.Text.Unicode;

namespace NativeSsl;

/// <summary>The lines of a text file, one at a time and read strictly as UTF-8: a file of any size goes through a buffer of one megabyte.</summary>
static class TextLines
{
    /// <summary>A longer line comes in pieces, cut at a space where it has one.</summary>
    internal const int Longest = 1 << 20;

    /// <summary>The lines without their ends (LF or CR LF) and without a byte order mark.</summary>
    /// <param name="path">The file.</param>
    /// <param name="read">Told how many bytes were read since the last time.</param>
    /// <param name="longest">The most bytes of a line.</param>
    /// <exception cref="MalformedFileException">It cannot be read, or is not UTF-8; the message names the file and the byte.</exception>
    public static IEnumerable<string> Read(string path, Action<long>? read = null, int longest = Longest)
    {
        using FileStream file = WholeFile.Open(path);
        byte[] buffer = new byte[longest];
        (int held, long place, bool more) = (0, 0L, true);                  // bytes in the buffer, and where in the file they begin
        while (more)
        {
            int fresh = file.ReadAtLeast(buffer.AsSpan(held), buffer.Length - held, throwOnEndOfStream: false);
            read?.Invoke(fresh);
            held += fresh;
            more = held == buffer.Length;
            int start = place == 0 ? Mark(buffer.AsSpan(0, held), path) : 0;
            while (End(buffer.AsSpan(start, held - start), more, start == 0) is int length and >= 0)
            {
                yield return Decode(buffer.AsSpan(start, length), path, place + start);
                start += length;
            }
            buffer.AsSpan(start, held - start).CopyTo(buffer);
            (held, place) = (held - start, place + start);
        }
    }

    // How many bytes the next line has, its end included; −1 if the buffer does not hold it whole and could.
    static int End(ReadOnlySpan<byte> bytes, bool more, bool isFull)
    {
        int end = bytes.IndexOf((byte)'\n');
        if (end >= 0) return end + 1;
        if (!more) return bytes.Length > 0 ? bytes.Length : -1;
        if (!isFull) return -1;
        int space = bytes.LastIndexOf((byte)' ');
        if (space >= 0) return space + 1;
        int cut = bytes.Length;
        while (cut > 1 && (bytes[cut - 1] & 0xC0) == 0x80) cut--;           // not through the middle of a character: back to its first byte
        return cut > 1 ? cut - 1 : bytes.Length;
    }

    static int Mark(ReadOnlySpan<byte> bytes, string path) => bytes is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..]
        ? throw new MalformedFileException(path, "it looks like UTF-16 (byte 0); convert it to UTF-8, for example with iconv -f UTF-16 -t UTF-8.")
        : bytes.StartsWith("\uFEFF"u8) ? 3 : 0;

    static string Decode(ReadOnlySpan<byte> bytes, string path, long place)
    {
        char[] characters = new char[bytes.Length];
        if (Utf8.ToUtf16(bytes, characters, out int read, out int written, replaceInvalidSequences: false) != System.Buffers.OperationStatus.Done)
            throw new MalformedFileException(path, $"byte {place + read} (0x{bytes[read]:X2}) is not UTF-8; "
                + "convert the text to UTF-8, for example with iconv -f LATIN1 -t UTF-8.");
        ReadOnlySpan<char> line = characters.AsSpan(0, written);
        if (line.EndsWith("\n")) line = line[..^1];
        if (line.EndsWith("\r")) line = line[..^1];
        return line.ToString();
    }
}
