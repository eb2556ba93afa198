namespace NativeSsl.Tests.Images;

// Files that are wrong in one way each, with what the error has to say of it.
public sealed partial class PicturesTests
{
    public static TheoryData<string> All => [.. Kinds.Keys];

    [Theory, MemberData(nameof(All))]
    public void Is_refused_with_file_and_reason(string kind)
    {
        (byte[] file, string reason) = Kinds[kind];
        Open(file);                                                             // once before, so that what is measured is not the JIT
        long before = GC.GetAllocatedBytesForCurrentThread();
        MalformedFileException? error = Open(file);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 65_536 + 4 * file.Length);
        Assert.NotNull(error);
        Assert.StartsWith("bad.png: ", error.Message);
        Assert.Contains(reason, error.Message);
    }

    [Fact]
    public void There_are_at_least_sixty_kinds_of_each()
    {
        Assert.InRange(Kinds.Keys.Count(kind => kind.StartsWith("PNG", StringComparison.Ordinal)), 60, 1000);
        Assert.InRange(Kinds.Keys.Count(kind => kind.StartsWith("JPEG", StringComparison.Ordinal)), 60, 1000);
    }

    static Dictionary<string, (byte[] File, string Reason)> Kinds { get; } = Collect();

    static Dictionary<string, (byte[], string)> Collect()
    {
        Dictionary<string, (byte[], string)> kinds = new();
        AddForeign(kinds);
        AddPngHeaders(kinds);
        AddPngChunks(kinds);
        AddJpegs(kinds);
        return kinds;
    }

    static void AddForeign(Dictionary<string, (byte[], string)> kinds)
    {
        kinds["empty"] = ([], "it is empty");
        foreach ((string kind, byte[] head) in new (string, byte[])[]
        {
            ("a GIF", [.. "GIF89a"u8]), ("a bitmap", [.. "BM6"u8, 0]), ("a WebP", [.. "RIFF"u8, 0, 0, 0, 0, .. "WEBP"u8]),
            ("a TIFF", [73, 73, 42, 0]), ("a PSD", [.. "8BPS"u8]), ("text", [.. "hello"u8]), ("a zip", [80, 75, 3, 4]),
            ("one byte", [0x89]), ("zeros", new byte[100]),
            ("an SVG", [.. "<svg xmlns"u8]), ("a JPEG 2000", [0, 0, 0, 12, 106, 80]), ("a portable pixmap", [.. "P6\n1 1\n255\n"u8]),
            ("a radiance picture", [.. "#?RADIANCE\n"u8]), ("a TGA", [0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 24, 0, 1, 2, 3]),
        })
            kinds[kind] = (head, "neither PNG nor JPEG");
    }

    static byte[] Png(params byte[][] chunks) => [.. PngWriter.Signature, .. chunks.SelectMany(chunk => chunk)];

    static byte[] Head => PngWriter.Header(2, 2, 8, 0);
    static byte[] Body => PngWriter.Data([0, 1, 2, 0, 3, 4]);
    static byte[] End => PngWriter.End;

    static void AddPngHeaders(Dictionary<string, (byte[], string)> kinds)
    {
        for (int i = 4; i < 8; i++)
        {
            byte[] file = Png(Head, Body, End);
            file[i] ^= 0x20;
            kinds[$"PNG: byte {i} of the signature"] = (file, "the signature of a PNG is damaged");
        }
        kinds["PNG: four bytes"] = (PngWriter.Signature[..4], "the signature of a PNG is damaged");
        kinds["PNG: signature only"] = (PngWriter.Signature, "byte 8: a chunk has to follow");
        kinds["PNG: header only"] = (Png(Head), "a chunk has to follow, but only 0 bytes do");
        kinds["PNG: header cut"] = (Png(Head)[..20], "claims 13 bytes, but only 0 are left");
        kinds["PNG: header of Apple"] = (Png(PngWriter.Chunk("CgBI", new byte[4]), Head, Body, End), "begins with a chunk CgBI");
        kinds["PNG: pixels first"] = (Png(Body, Head, End), "begins with a chunk IDAT");
        kinds["PNG: end first"] = (Png(End), "begins with a chunk IEND");
        kinds["PNG: two headers"] = (Png(Head, Head, Body, End), "a second chunk IHDR");
        kinds["PNG: short header"] = (Png(PngWriter.Chunk("IHDR", new byte[12]), Body, End), "the header has 12 bytes");
        kinds["PNG: empty header"] = (Png(PngWriter.Chunk("IHDR", []), Body, End), "the header has 0 bytes");
        kinds["PNG: long header"] = (Png(PngWriter.Chunk("IHDR", new byte[14]), Body, End), "the header has 14 bytes");
        foreach ((long height, long width, string reason) in new (long, long, string)[]
        {
            (0, 2, "nothing in it"), (2, 0, "nothing in it"), (0, 0, "nothing in it"),
            (100_000, 100_000, "claims 100000 × 100000 pixels"), (1, 1L << 31, "claims 1 × 2147483648"),
            ((1L << 32) - 1, (1L << 32) - 1, "claims 4294967295 × 4294967295"), (8193, 8192, "at most 67108864"),
            (1L << 31, 2, "claims 2147483648 × 2"), (1 << 16, 1 << 16, "claims 65536 × 65536"),
            (1 << 26, 1, "but 6 are there"), (8192, 8192, "but 6 are there"), (3, 2, "take 9 bytes unpacked, but 6 are there"),
            (1, 2, "take 3 bytes unpacked, but more are there"), (2, 3, "take 8 bytes"), (2, 1, "take 4 bytes"),
        })
            kinds[$"PNG: {height} × {width}"] = (Png(PngWriter.Header(height, width, 8, 0), Body, End), reason);
        foreach ((int depth, int colour) in new[]
            { (0, 0), (3, 0), (32, 0), (255, 0), (4, 2), (1, 2), (16, 3), (1, 4), (2, 6), (8, 1), (8, 5), (8, 7), (8, 255) })
            kinds[$"PNG: {depth} bits of type {colour}"] =
                (Png(PngWriter.Header(2, 2, depth, colour), Body, End), $"{depth} bits of colour type {colour} do not exist");
        kinds["PNG: compression 1"] = (Png(PngWriter.Header(2, 2, 8, 0, compression: 1), Body, End), "compression 1");
        kinds["PNG: filter 1"] = (Png(PngWriter.Header(2, 2, 8, 0, filter: 1), Body, End), "filter 1");
        kinds["PNG: interlace 2"] = (Png(PngWriter.Header(2, 2, 8, 0, interlace: 2), Body, End), "interlace 2");
        kinds["PNG: interlaced, but its rows are not"] = (Png(PngWriter.Header(2, 2, 8, 0, interlace: 1), Body, End), "take 7 bytes");
        kinds["PNG: sixteen bits, but its rows have eight"] = (Png(PngWriter.Header(2, 2, 16, 0), Body, End), "take 10 bytes");
    }

    static void AddPngChunks(Dictionary<string, (byte[], string)> kinds)
    {
        kinds["PNG: no pixels"] = (Png(Head, End), "but 0 are there");
        kinds["PNG: empty pixels"] = (Png(Head, PngWriter.Chunk("IDAT", []), End), "but 0 are there");
        kinds["PNG: no end"] = (Png(Head, Body), "a chunk has to follow");
        kinds["PNG: end cut"] = (Png(Head, Body, End[..11]), "a chunk has to follow, but only 11 bytes do");
        kinds["PNG: pixels cut"] = (Png(Head, Body[..15]), "the chunk IDAT claims");
        kinds["PNG: pixels in two places"] =
            (Png(Head, PngWriter.Chunk("IDAT", [0x78]), PngWriter.Chunk("tEXt", []), Body, End), "in two places");
        kinds["PNG: not packed"] = (Png(Head, PngWriter.Chunk("IDAT", [0, 1, 2, 0, 3, 4]), End), "the pixels cannot be unpacked");
        kinds["PNG: packing cut"] = (Png(Head, PngWriter.Chunk("IDAT", PngWriter.Deflate(new byte[6])[..5]), End), "there");
        kinds["PNG: unknown chunk that must be known"] = (Png(Head, PngWriter.Chunk("XBCD", [1]), Body, End), "the chunk XBCD is unknown");
        kinds["PNG: chunk of no letters"] = (Png(Head, PngWriter.Chunk("\0\0\0\0", [1]), Body, End), "the chunk 0x00000000 is unknown");
        kinds["PNG: unknown filter"] = (Png(Head, PngWriter.Data([9, 1, 2, 0, 3, 4]), End), "its pixels cannot be decoded");
        foreach (uint length in new[] { 7u, 1000u, 0x7FFFFFFFu, 0x80000000u, 0xFFFFFFFFu, 0xFFFFFFF4u })
        {
            byte[] chunk = PngWriter.Chunk("tEXt", [1, 2, 3]);
            (chunk[0], chunk[1], chunk[2], chunk[3]) = ((byte)(length >> 24), (byte)(length >> 16), (byte)(length >> 8), (byte)length);
            kinds[$"PNG: a chunk that claims {length} bytes"] =
                (Png(Head, chunk), $"the chunk tEXt claims {length} bytes, but only 3 are left");
        }
        foreach (int place in new[] { 12, 16, 28, 29, 41, 45, 52 })
        {
            byte[] file = Png(Head, Body, End);
            file[place] ^= 4;
            kinds[$"PNG: bit of byte {place}"] = (file, "does not have its checksum");
        }
        byte[] indexed = PngWriter.Header(2, 2, 8, 3), palette = PngWriter.Chunk("PLTE", [1, 2, 3, 4, 5, 6]);
        kinds["PNG: no palette"] = (Png(indexed, Body, End), "come before their palette");
        kinds["PNG: palette behind"] = (Png(indexed, Body, palette, End), "come before their palette");
        kinds["PNG: palette behind colours"] = (Png(Head, Body, palette, End), "comes twice, or after the pixels");
        kinds["PNG: two palettes"] = (Png(indexed, palette, palette, Body, End), "comes twice");
        foreach (int length in new[] { 0, 1, 4, 770, 771 })
            kinds[$"PNG: palette of {length} bytes"] =
                (Png(indexed, PngWriter.Chunk("PLTE", new byte[length]), Body, End), $"a palette of {length} bytes");
        foreach ((int colour, int length) in new[] { (0, 1), (0, 6), (2, 2), (3, 0), (3, 3), (4, 2), (6, 6) })
            kinds[$"PNG: transparency of {length} bytes for type {colour}"] =
                (Png(PngWriter.Header(2, 2, 8, colour), palette, PngWriter.Chunk("tRNS", new byte[length]), Body, End),
                    $"transparency of {length} bytes");
        kinds["PNG: transparency twice"] =
            (Png(Head, PngWriter.Chunk("tRNS", [0, 1]), PngWriter.Chunk("tRNS", [0, 1]), Body, End), "comes twice");
    }

    static void AddJpegs(Dictionary<string, (byte[], string)> kinds)
    {
        byte[] start = [0xFF, 0xD8], end = [0xFF, 0xD9], tables = JpegWriter.Tables;
        byte[] frame = JpegWriter.Frame(8, 8, 1), scan = JpegWriter.Scan(1), coded = JpegWriter.Coded(8, 8, 1, Smooth(8, 8, 1));
        byte[] Of(params byte[][] parts) => [.. start, .. parts.SelectMany(part => part)];
        byte[] Frame(params byte[] content) => Of(tables, JpegWriter.Segment(0xC0, content), scan, coded, end);
        kinds["JPEG: start only"] = (start, "ends without its end marker");
        kinds["JPEG: start and 0xFF"] = ([0xFF, 0xD8, 0xFF], "ends without its end marker");
        kinds["JPEG: start and end"] = ([0xFF, 0xD8, 0xFF, 0xD9], "there are no pixels in it");
        kinds["JPEG: a second start"] = (Of(start), "marker 0xD8 is out of place");
        kinds["JPEG: a lonely restart"] = (Of([0xFF, 0xD3], tables, frame), "marker 0xD3 is out of place");
        kinds["JPEG: a temporary marker"] = (Of([0xFF, 0x01], tables, frame), "marker 0x01 is out of place");
        kinds["JPEG: no marker"] = (Of([0x00]), "a marker has to stand there, not 0x00");
        kinds["JPEG: text behind the tables"] = (Of(tables, [.. "text"u8]), "not 0x74");
        kinds["JPEG: tables only"] = (Of(tables), "ends without its end marker");
        kinds["JPEG: frame only"] = (Of(tables, frame, end), "there are no pixels in it");
        kinds["JPEG: no frame"] = (Of(tables, scan, coded, end), "pixels before the frame header");
        kinds["JPEG: frame behind the pixels"] = (Of(tables, scan, coded, frame, end), "pixels before the frame header");
        kinds["JPEG: two frames"] = (Of(tables, frame, frame, scan, coded, end), "a second frame header");
        kinds["JPEG: no end"] = (Of(tables, frame, scan, coded), "ends in the midst of the pixels");
        kinds["JPEG: half an end"] = (Of(tables, frame, scan, coded, [0xFF]), "ends in the midst of the pixels");
        kinds["JPEG: no coded pixels"] = (Of(tables, frame, scan), "ends in the midst of the pixels");
        kinds["JPEG: no tables"] = (Of(frame, scan, coded, end), "pixels before the tables");
        kinds["JPEG: no codes"] = (Of(tables[..69], frame, scan, coded, end), "pixels before the tables");
        kinds["JPEG: no quantisers"] = (Of(tables[69..], frame, scan, coded, end), "pixels before the tables");
        foreach (byte marker in new byte[] { 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF })
            kinds[$"JPEG: coded as 0x{marker:X2}"] =
                (Of(tables, JpegWriter.Frame(8, 8, 1, marker), scan, coded, end), $"it is coded as 0x{marker:X2}");
        foreach (byte length in new byte[] { 0, 1, 200, 255 })
            kinds[$"JPEG: a segment that claims {length} bytes"] =
                (Of([0xFF, 0xE0, 0, length, 1, 2, 3]), $"claims {length} bytes, and 5 are left");
        kinds["JPEG: a segment that claims 65535 bytes"] = (Of([0xFF, 0xE1, 255, 255, 0]), "claims 65535 bytes");
        kinds["JPEG: half a length"] = (Of([0xFF, 0xE0, 0]), "claims 0 bytes, and 1 are left");
        kinds["JPEG: no length"] = (Of([0xFF, 0xDB]), "and 0 are left");
        foreach (byte bits in new byte[] { 0, 1, 7, 12, 16, 255 })
            kinds[$"JPEG: {bits} bits"] = (Frame(bits, 0, 8, 0, 8, 1, 1, 0x11, 0), $"{bits} bits a number");
        foreach (byte components in new byte[] { 0, 2, 5 })
            kinds[$"JPEG: {components} components"] =
                (Frame([8, 0, 8, 0, 8, components, .. Enumerable.Repeat(new byte[] { 1, 0x11, 0 }, components).SelectMany(c => c)]),
                    $"{components} components");
        kinds["JPEG: components that are not there"] = (Frame(8, 0, 8, 0, 8, 3, 1, 0x11, 0), "a frame header of 9 bytes");
        kinds["JPEG: a component too many"] = (Frame(8, 0, 8, 0, 8, 1, 1, 0x11, 0, 2, 0x11, 0), "a frame header of 12 bytes");
        kinds["JPEG: empty frame"] = (Frame(), "a frame header of 0 bytes");
        kinds["JPEG: cut frame"] = (Frame(8, 0, 8, 0, 8), "a frame header of 5 bytes");
        foreach (byte sampling in new byte[] { 0x00, 0x01, 0x10, 0x15, 0x51, 0xFF })
            kinds[$"JPEG: sampling 0x{sampling:X2}"] = (Frame(8, 0, 8, 0, 8, 1, 1, sampling, 0), "do not exist");
        kinds["JPEG: table 4"] = (Frame(8, 0, 8, 0, 8, 1, 1, 0x11, 4), "table 4");
        kinds["JPEG: table 255"] = (Frame(8, 0, 8, 0, 8, 1, 1, 0x11, 255), "table 255");
        foreach ((int height, int width, string reason) in new[]
        {
            (0, 8, "nothing in it"), (8, 0, "nothing in it"), (0, 0, "nothing in it"),
            (65535, 65535, "claims 65535 × 65535 pixels; at most"),
            (8193, 8192, "at most"), (8192, 8192, "do not fit into"), (1000, 1000, "do not fit into"), (65535, 8, "do not fit into"),
        })
            kinds[$"JPEG: {height} × {width}"] = (Of(tables, JpegWriter.Frame(height, width, 1), scan, coded, end), reason);
        foreach (byte count in new byte[] { 0, 5, 255 })
            kinds[$"JPEG: scan of {count} components"] =
                (Of(tables, frame, JpegWriter.Segment(0xDA, [count, 1, 0, 0, 63, 0]), coded, end), "a scan header of 6 bytes");
        kinds["JPEG: empty scan"] = (Of(tables, frame, JpegWriter.Segment(0xDA, []), coded, end), "a scan header of 0 bytes");
        kinds["JPEG: scan without its numbers"] =
            (Of(tables, frame, JpegWriter.Segment(0xDA, [1, 1, 0]), coded, end), "a scan header of 3 bytes");
        kinds["JPEG: scan of a component that is not there"] =
            (Of(tables, frame, JpegWriter.Segment(0xDA, [1, 9, 0, 0, 63, 0]), coded, end), "its pixels cannot be decoded");
        kinds["JPEG: scan with a table that is not there"] =
            (Of(tables, frame, JpegWriter.Segment(0xDA, [1, 1, 0x77, 0, 63, 0]), coded, end), "its pixels cannot be decoded");
        kinds["JPEG: more scan components than the frame has"] =
            (Of(tables, frame, JpegWriter.Scan(3), coded, end), "its pixels cannot be decoded");
        kinds["JPEG: a code table of too many codes"] =
            (Of(JpegWriter.Segment(0xC4, [0, .. Enumerable.Repeat((byte)255, 16)]), tables, frame, scan, coded, end),
                "its pixels cannot be decoded");
        kinds["JPEG: a quantiser of unknown kind"] =
            (Of(JpegWriter.Segment(0xDB, new byte[] { 0x95 }), tables, frame, scan, coded, end), "its pixels cannot be decoded");
    }
}
