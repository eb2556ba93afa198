using System.Buffers.Binary;
using System.Diagnostics;
using System.IO.Compression;

namespace NativeSsl.Tests.Images;

/// <summary>PNG and JPEG files, and everything that pretends to be one.</summary>
public sealed partial class PicturesTests
{
    static byte[] Colours(int count) => [.. Enumerable.Range(0, count).Select(i => (byte)(i * 37 + i / 5 * 11))];

    static byte[] Smooth(int height, int width, int channels) => [.. Enumerable.Range(0, height * width * channels)
        .Select(i => (byte)(i / channels % width * 7 + i / channels / width * 9 + i % channels * 40))];

    static byte[] Decode(byte[] file, int height, int width, int channels)
    {
        byte[] pixels = new byte[height * width * channels];
        ImageDecoder.Decode(file, "picture", new(height, width, channels), pixels);
        return pixels;
    }

    [Theory, InlineData(1), InlineData(3)]
    public void A_PNG_comes_out_as_it_was_written(int channels)
    {
        byte[] pixels = Colours(5 * 7 * channels);
        Assert.Equal(pixels, Decode(PngWriter.Write(5, 7, channels, pixels), 5, 7, channels));
    }

    [Fact]
    public void Every_depth_interlacing_and_palette_is_read()
    {
        byte[] Of(int depth, int colour, byte[] rows, byte[]? palette = null, int interlace = 0, int height = 1) =>
        [
            .. PngWriter.Signature, .. PngWriter.Header(height, 2, depth, colour, interlace: interlace), .. palette ?? [],
            .. PngWriter.Data(rows), .. PngWriter.End,
        ];
        Assert.Equal([255, 0], Decode(Of(1, 0, [0, 0b1000_0000]), 1, 2, 1));
        Assert.Equal([85, 170], Decode(Of(2, 0, [0, 0b0110_0000]), 1, 2, 1));
        Assert.Equal([17, 238], Decode(Of(4, 0, [0, 0x1E]), 1, 2, 1));
        Assert.Equal([0x12, 0x56], Decode(Of(16, 0, [0, 0x12, 0x34, 0x56, 0x78]), 1, 2, 1));
        byte[] palette = PngWriter.Chunk("PLTE", [9, 8, 7, 200, 100, 50]);
        Assert.Equal([200, 100, 50, 9, 8, 7], Decode(Of(8, 3, [0, 1, 0], palette), 1, 2, 3));
        Assert.Equal([200, 100, 50, 9, 8, 7], Decode(Of(1, 3, [0, 0b1000_0000], palette), 1, 2, 3));
        Assert.Equal([255, 255, 255, 9, 8, 7], Decode(Of(8, 3, [0, 1, 0], [.. palette, .. PngWriter.Chunk("tRNS", [255, 0])]), 1, 2, 3));
        // of 2 × 2 pixels the first, sixth and seventh pass have something: the first; the one right of it; the row below
        Assert.Equal([1, 2, 3, 4], Decode(Of(8, 0, [0, 1, 0, 2, 0, 3, 4], interlace: 1, height: 2), 2, 2, 1));
        // filtered by the pixel on the left (1) and the one above (2)
        Assert.Equal([5, 8, 6, 10], Decode(Of(8, 0, [1, 5, 3, 2, 1, 2], height: 2), 2, 2, 1));
    }

    [Fact]
    public void Transparent_places_show_white_and_colours_become_grey()
    {
        byte[] file = PngWriter.Write(1, 3, 4, [255, 0, 0, 255, 0, 0, 0, 0, 100, 200, 0, 51]);
        Assert.Equal([255, 0, 0, 255, 255, 255, 224, 244, 204], Decode(file, 1, 3, 3));
        Assert.Equal([76, 255, 233], Decode(file, 1, 3, 1));
        Assert.Equal([76, 149, 28], Decode(PngWriter.Write(1, 3, 3, [255, 0, 0, 0, 255, 0, 0, 0, 255]), 1, 3, 1));
        Assert.Equal([7, 7, 7], Decode(PngWriter.Write(1, 1, 1, [7]), 1, 1, 3));
        Assert.Equal([7, 255], Decode(PngWriter.Write(1, 2, 2, [7, 255, 7, 0]), 1, 2, 1));
    }

    [Theory, InlineData(1), InlineData(3)]
    public void A_JPEG_comes_out_nearly_as_it_was_written(int channels)
    {
        byte[] pixels = Smooth(16, 24, channels), read = Decode(JpegWriter.Write(16, 24, channels, pixels), 16, 24, channels);
        Assert.InRange(pixels.Zip(read, (a, b) => Math.Abs(a - b)).Max(), 0, 3);
        Assert.InRange(pixels.Zip(read, (a, b) => Math.Abs(a - b)).Average(), 0, 1);
    }

    [Fact]
    public void Pictures_of_another_size_are_stretched()
    {
        Assert.Equal([3, 3, 3, 3], Decode(PngWriter.Write(8, 6, 1, [.. Enumerable.Repeat((byte)3, 48)]), 2, 2, 1));
        byte[] wide = Decode(PngWriter.Write(1, 2, 3, [0, 0, 0, 100, 200, 40]), 1, 4, 3);
        Assert.Equal([0, 0, 0, 25, 50, 10, 75, 150, 30, 100, 200, 40], wide);
    }

    [Fact]
    public void A_file_cut_anywhere_is_refused()
    {
        foreach (byte[] file in new[] { PngWriter.Write(4, 4, 3, Colours(48)), JpegWriter.Write(8, 8, 3, Smooth(8, 8, 3)) })
        {
            for (int length = 0; length < file.Length; length++) Assert.NotNull(Open(file[..length]));
            Assert.Null(Open(file));
        }
    }

    [Fact]
    public void A_hundred_thousand_mutations_raise_nothing_else_and_cost_nothing()
    {
        byte[][] seeds =
        [
            PngWriter.Write(3, 3, 3, Colours(27)),
            Png(PngWriter.Header(3, 3, 2, 3), PngWriter.Chunk("PLTE", Colours(12)), PngWriter.Data(new byte[6]), PngWriter.End),
            JpegWriter.Write(8, 8, 3, Smooth(8, 8, 3)), JpegWriter.Write(8, 16, 1, Smooth(8, 16, 1)),
        ];
        RandomSource random = new(42, 0);
        long most = 0;
        int taken = 0;
        for (int i = 0; i < 100_000; i++)
        {
            byte[] file = Mutations.Mutate(seeds[random.NextInt(seeds.Length)], random);
            // damage behind the checksums as well: what a PNG's decoder would see if there were none
            if (file.AsSpan().StartsWith(PngWriter.Signature) && random.NextInt(4) > 0) file = Resealed(file);
            long before = GC.GetAllocatedBytesForCurrentThread();
            if (Open(file) is null) taken++;
            if (i > 100) most = Math.Max(most, GC.GetAllocatedBytesForCurrentThread() - before - file.Length);
        }
        // a JPEG of a thousand bytes may claim as many pixels as half a million bits can say
        Assert.InRange(most, 0, 8_000_000);
        Assert.InRange(taken, 1000, 60_000);
    }

    static byte[] Resealed(byte[] file)
    {
        List<byte> sealedAgain = [.. file[..8]];
        for (int place = 8; place + 12 <= file.Length;)
        {
            uint length = BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(place));
            if (length > file.Length - place - 12) return file;
            string kind = string.Concat(file.AsSpan(place + 4, 4).ToArray().Select(letter => (char)letter));
            sealedAgain.AddRange(PngWriter.Chunk(kind, file[(place + 8)..(place + 8 + (int)length)]));
            place += 12 + (int)length;
        }
        return [.. sealedAgain];
    }

    [Fact]
    public void A_picture_that_unpacks_to_a_thousand_times_its_size_is_refused_without_room_for_it()
    {
        byte[] zeros = PngWriter.Deflate(new byte[20_000_000]);
        byte[] bomb = Png(PngWriter.Header(10, 10, 8, 0), PngWriter.Chunk("IDAT", zeros), PngWriter.End);
        byte[] lie = Png(PngWriter.Header(8000, 8000, 8, 2), PngWriter.Data(new byte[100]), PngWriter.End);
        (byte[], string)[] files = [(bomb, "take 110 bytes unpacked, but more are there"), (lie, "but 100 are there")];
        foreach ((byte[] file, string reason) in files)
        {
            long start = Stopwatch.GetTimestamp(), before = GC.GetAllocatedBytesForCurrentThread();
            Assert.Contains(reason, Open(file)!.Message);
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 3 * file.Length + 65_536);
            Assert.InRange(Stopwatch.GetElapsedTime(start).TotalMilliseconds, 0, 1000);
        }
    }

    static MalformedFileException? Open(byte[] file)
    {
        try
        {
            Span<byte> pixels = stackalloc byte[27];
            ImageDecoder.Decode(file, "bad.png", new(3, 3, 3), pixels);
            return null;
        }
        catch (MalformedFileException error)
        {
            return error;
        }
    }
}
