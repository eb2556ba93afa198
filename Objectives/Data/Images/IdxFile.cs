using System.Buffers.Binary;
using System.IO.Compression;

namespace NativeSsl;

/// <summary>
/// One file of the IDX format of MNIST, plain or packed by gzip: two zero bytes, the kind of element, the number of axes, the length of
/// each axis as a big-endian number of 32 bits, then the elements (LeCun, Cortes &amp; Burges, “The MNIST database”).
/// </summary>
static class IdxFile
{
    /// <summary>Unsigned bytes: all that sets of images are made of.</summary>
    const byte ByteElement = 0x08;

    /// <summary>Packed files may be this many times as long unpacked, or a megabyte: pictures shrink to a half or a tenth,
    /// bombs to a thousandth.</summary>
    const int MaxRatio = 100, AlwaysAllowed = 1 << 20;

    /// <summary>Reads a file whole.</summary>
    /// <exception cref="MalformedFileException">It cannot be read, or is not an IDX file of bytes with so many axes.</exception>
    internal static (int[] Lengths, byte[] Elements) Read(string path, int axes)
    {
        using FileStream file = WholeFile.Open(path);
        return Read(file, path, axes);
    }

    /// <summary>As above, from a stream that knows its length.</summary>
    internal static (int[] Lengths, byte[] Elements) Read(Stream file, string name, int axes)
    {
        try
        {
            bool packed = file.ReadByte() == 0x1F && file.ReadByte() == 0x8B;
            file.Position = 0;
            if (!packed) return Read(file, name, axes, file.Length, packed: false);
            (int[] Lengths, byte[] Elements) read;
            using (GZipStream unpacked = new(file, CompressionMode.Decompress, leaveOpen: true))
                read = Read(unpacked, name, axes, file.Length, packed: true);
            CheckEnd(file, name, HeaderLength(axes) + read.Elements.Length);
            return read;
        }
        catch (Exception error) when (error is IOException or InvalidDataException)
        {
            throw new MalformedFileException(name,
                $"it cannot be unpacked: {error.Message} Fetch it again, or test it with gunzip -t.", error);
        }
    }

    static int HeaderLength(int axes) => 4 + 4 * axes;

    // .NET's reader is content with a packed file whose end is missing, checksum and all. The last four bytes are the length unpacked.
    static void CheckEnd(Stream file, string name, int length)
    {
        Span<byte> end = stackalloc byte[4];
        file.Position = file.Length - end.Length;
        file.ReadExactly(end);
        if (BinaryPrimitives.ReadUInt32LittleEndian(end) != length)
            throw new MalformedFileException(name, $"byte {file.Length - end.Length}: the packed file does not end with the length of " +
                $"what is in it, {length}; cut short, or something was appended? Fetch it again, or unpack it first with gunzip.");
    }

    static (int[], byte[]) Read(Stream stream, string name, int axes, long fileLength, bool packed)
    {
        Span<byte> header = stackalloc byte[HeaderLength(axes)];
        int got = stream.ReadAtLeast(header, 4, throwOnEndOfStream: false);
        if (got < 4)
            throw new MalformedFileException(name, $"it has {got} bytes; an IDX file begins with four that say what is in it.");
        if (header[0] != 0 || header[1] != 0)
            throw new MalformedFileException(name,
                $"bytes 0 and 1 are 0x{header[0]:X2} 0x{header[1]:X2}, not zero: this is not an IDX file.");
        if (header[2] != ByteElement)
            throw new MalformedFileException(name, $"byte 2 says that its elements are of kind 0x{header[2]:X2}; " +
                $"images and labels are unsigned bytes, 0x{ByteElement:X2}.");
        if (header[3] != axes)
            throw new MalformedFileException(name,
                $"byte 3 says that it has {header[3]} axes, but {Expected(axes)}. Were the two files mixed up?");
        got += stream.ReadAtLeast(header[got..], header.Length - got, throwOnEndOfStream: false);
        if (got < header.Length)
            throw new MalformedFileException(name, $"it ends at byte {got}, within its header of {header.Length}; cut short?");

        int[] lengths = new int[axes];
        long count = 1;
        for (int axis = 0; axis < axes; axis++)
        {
            uint length = BinaryPrimitives.ReadUInt32BigEndian(header[(4 + 4 * axis)..]);
            if (length == 0)
                throw new MalformedFileException(name, $"byte {4 + 4 * axis}: axis {axis} has length 0; there is nothing in it.");
            // a product of at most 2³¹ · 2³² still fits
            count *= length;
            if (count > Array.MaxLength)
                throw new MalformedFileException(name, $"byte {4 + 4 * axis}: axis {axis} of length {length} makes {count} bytes in all; " +
                    $"at most {Array.MaxLength} are read into memory. Write larger sets as shards.");
            lengths[axis] = (int)length;
        }
        CheckCount(name, count, header.Length, fileLength, packed);
        return (lengths, Elements(stream, name, (int)count, header.Length, fileLength));
    }

    static void CheckCount(string name, long count, int headerLength, long fileLength, bool packed)
    {
        if (!packed && count != fileLength - headerLength)
            throw new MalformedFileException(name, $"its header promises {count} bytes from byte {headerLength} on, but " +
                $"{fileLength - headerLength} follow; {(count > fileLength - headerLength ? "cut short?" : "something was appended?")}");
        if (packed && count > AlwaysAllowed && count / MaxRatio > fileLength)
            throw new MalformedFileException(name, $"its header promises {count} bytes, more than {MaxRatio} times the {fileLength} " +
                "of the packed file; no pictures shrink like that. If these do, unpack the file first with gunzip.");
    }

    // Room is made as bytes arrive, for what a packed file promises may be a lie.
    static byte[] Elements(Stream stream, string name, int count, int headerLength, long fileLength)
    {
        byte[] elements = new byte[(int)Math.Min(count, Math.Max(fileLength, 4096))];
        for (int filled = 0; ;)
        {
            int got = stream.ReadAtLeast(elements.AsSpan(filled), elements.Length - filled, throwOnEndOfStream: false);
            filled += got;
            if (filled < elements.Length)
                throw new MalformedFileException(name, $"it ends at byte {headerLength + (long)filled}, but its header promises " +
                    $"{headerLength + (long)count}; cut short?");
            if (filled == count) break;
            Array.Resize(ref elements, (int)Math.Min(count, 2L * filled));
        }
        if (stream.ReadByte() >= 0)
            throw new MalformedFileException(name,
                $"it goes on after byte {headerLength + (long)count}, where its header says it ends; something was appended?");
        return elements;
    }

    static string Expected(int axes) => axes == 1 ? "labels have one" : "images have three: which, row, column";
}
