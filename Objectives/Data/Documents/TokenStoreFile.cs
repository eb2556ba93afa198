using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace NativeSsl;

// The file: eight letters, the number of tokens, segments, documents and sources (64 bits each), the hash (64 letters); tokens of 32 bits; the starts of
// segments (64 bits) and documents (32 bits); for each source its first document, the length of its name and the name in UTF-8. All little-endian.
public sealed partial class TokenStore
{
    const int Header = 8 + 4 * 8 + 64, Buffer = 1 << 16;
    static ReadOnlySpan<byte> Letters => "NSSLTOK1"u8;

    /// <summary>Writes the tokens of a corpus to a file as they come, whole or not at all, and opens it: memory does not grow with the text.</summary>
    /// <param name="path">The file; one that is there is replaced.</param>
    /// <param name="passages">The sentences of the corpus.</param>
    /// <param name="encode">From a sentence to tokens.</param>
    /// <param name="longest">A longer segment is cut into pieces of so many tokens.</param>
    /// <exception cref="ShapeException">There are no tokens.</exception>
    /// <exception cref="FileWriteException">The file cannot be written.</exception>
    public static TokenStore Write(string path, IEnumerable<Passage> passages, Func<string, int[]> encode, int longest = int.MaxValue)
    {
        AtomicFile.Write(path, stream =>
        {
            var outline = new Outline();
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            byte[] buffer = new byte[Buffer];
            stream.Position = Header;
            foreach (Passage passage in passages)
            {
                int[] tokens = encode(passage.Text);
                outline.Add(passage, tokens, longest);
                for (int start = 0; start < tokens.Length; start += Buffer / 4)
                {
                    Span<byte> bytes = Bytes(tokens.AsSpan(start, Math.Min(Buffer / 4, tokens.Length - start)), buffer);
                    hash.AppendData(bytes);
                    stream.Write(bytes);
                }
            }
            WriteOutline(stream, Checked(outline));
            stream.Position = 0;
            stream.Write(Letters);
            foreach (long count in new[] { outline.Tokens, outline.Segments.Count, outline.Documents.Count, outline.Sources.Count })
                stream.Write(Long(count));
            stream.Write(Encoding.ASCII.GetBytes(Sign(hash, outline)));
        });
        return Open(path);
    }

    static Span<byte> Bytes(ReadOnlySpan<int> values, byte[] buffer)
    {
        for (int i = 0; i < values.Length; i++) BinaryPrimitives.WriteInt32LittleEndian(buffer.AsSpan(4 * i), values[i]);
        return buffer.AsSpan(0, 4 * values.Length);
    }

    static byte[] Long(long value)
    {
        byte[] bytes = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        return bytes;
    }

    static void WriteOutline(Stream stream, Outline outline)
    {
        using var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true);                 // little-endian by definition
        foreach (long segment in outline.Segments) writer.Write(segment);
        foreach (int document in outline.Documents) writer.Write(document);
        foreach ((string name, int first) in outline.Sources)
        {
            byte[] letters = Encoding.UTF8.GetBytes(name);
            writer.Write(first);
            writer.Write(letters.Length);
            writer.Write(letters);
        }
    }

    /// <summary>Opens a file that <see cref="Write"/> has made.</summary>
    /// <exception cref="MalformedFileException">It is not one, or not whole.</exception>
    public static TokenStore Open(string path)
    {
        FileStream stream = WholeFile.Open(path);
        try
        {
            using var reader = new BinaryReader(stream, Encoding.UTF8, leaveOpen: true);
            if (stream.Length < Header || !reader.ReadBytes(8).AsSpan().SequenceEqual(Letters)) throw Broken("it is no file of tokens");
            long[] counts = [reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt64()];
            // Every count against the length of the file, before anything of that size is made.
            if (counts.Any(count => count < 1 || count > stream.Length) || counts[1] > counts[0] || counts[2] > counts[1] || counts[3] > counts[2]
                || Header + 4 * counts[0] + 8 * counts[1] + 4 * counts[2] + 8 * counts[3] > stream.Length) throw Broken("its counts do not fit its length");
            string fingerprint = Encoding.ASCII.GetString(reader.ReadBytes(64));
            stream.Position = Header + 4 * counts[0];
            var outline = new Outline { Tokens = counts[0] };
            for (long i = 0; i < counts[1]; i++) outline.Segments.Add(reader.ReadInt64());
            for (long i = 0; i < counts[2]; i++) outline.Documents.Add(reader.ReadInt32());
            for (long i = 0; i < counts[3]; i++) outline.Sources.Add(ReadSource());
            if (stream.Position != stream.Length || !Rises(outline.Segments, counts[0]) || !Rises(outline.Documents.Select(d => (long)d), counts[1])
                || !Rises(outline.Sources.Select(s => (long)s.First), counts[2])) throw Broken("its bounds are not in order");
            SafeFileHandle handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, FileOptions.RandomAccess);
            return new TokenStore(null, handle, outline, fingerprint);

            (string, int) ReadSource()
            {
                (int first, int length) = (reader.ReadInt32(), reader.ReadInt32());
                if (length < 0 || length > stream.Length - stream.Position) throw Broken("a name is longer than the file");
                return (Encoding.UTF8.GetString(reader.ReadBytes(length)), first);
            }
        }
        catch (EndOfStreamException error)
        {
            throw new MalformedFileException(path, "it ends too early; delete it, and it is made anew.", error);
        }
        finally { stream.Dispose(); }

        MalformedFileException Broken(string why) => new(path, $"{why}; delete it, and it is made anew.");
    }

    static bool Rises(IEnumerable<long> starts, long end)
    {
        long last = -1;
        foreach (long start in starts)
        {
            if (start <= last || (last < 0 && start != 0)) return false;
            last = start;
        }
        return last < end;
    }

    void ReadFile(long start, Span<int> tokens)
    {
        Span<byte> bytes = MemoryMarshal.AsBytes(tokens);
        for (int done = 0; done < bytes.Length;)
        {
            int read = RandomAccess.Read(_file!, bytes[done..], Header + 4 * start + done);
            if (read == 0) throw new MalformedFileException("tokens", "the file has become shorter while it was read.");
            done += read;
        }
        if (!BitConverter.IsLittleEndian) BinaryPrimitives.ReverseEndianness(tokens, tokens);
    }
}
