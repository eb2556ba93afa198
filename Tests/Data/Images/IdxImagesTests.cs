using System.IO.Compression;

namespace NativeSsl.Tests.Images;

/// <summary>IDX files as MNIST has them, and everything that pretends to be one.</summary>
public sealed partial class IdxImagesTests
{
    [Fact]
    public void Pixels_and_labels_come_out_as_they_were_written()
    {
        using Scratch scratch = new();
        byte[] pixels = [.. Enumerable.Range(0, 3 * 4 * 5).Select(i => (byte)(i * 7))];
        foreach (bool packed in new[] { false, true })
        {
            File.WriteAllBytes(scratch.File("images"), packed ? Pack(Make(0x08, [3, 4, 5], pixels)) : Make(0x08, [3, 4, 5], pixels));
            File.WriteAllBytes(scratch.File("labels"), packed ? Pack(Make(0x08, [3], [2, 0, 2])) : Make(0x08, [3], [2, 0, 2]));
            ImageSet set = IdxImages.Read(scratch.File("images"), scratch.File("labels"));
            Assert.Equal((3, new ImageSize(4, 5, 1)), (set.Count, set.Size));
            Assert.Equal([2, 0, 2], set.Labels);
            Assert.Equal(["0", "1", "2"], set.Classes);
            byte[] read = new byte[2 * 4 * 5];
            set.Read([2, 0], read);
            Assert.Equal([.. pixels[40..], .. pixels[..20]], read);
        }
        Assert.Null(IdxImages.Read(scratch.File("images")).Labels);
        Assert.Equal(["a", "b", "c", "d"], IdxImages.Read(scratch.File("images"), scratch.File("labels"), ["a", "b", "c", "d"]).Classes);
    }

    [Fact]
    public void Two_files_that_do_not_belong_together_are_refused()
    {
        using Scratch scratch = new();
        File.WriteAllBytes(scratch.File("images"), Make(0x08, [2, 2, 2], new byte[8]));
        File.WriteAllBytes(scratch.File("three"), Make(0x08, [3], [0, 1, 2]));
        File.WriteAllBytes(scratch.File("two"), Make(0x08, [2], [0, 3]));
        MalformedFileException Refused(string labels, params string[] classes) =>
            Assert.Throws<MalformedFileException>(() => IdxImages.Read(scratch.File("images"), scratch.File(labels), classes));
        Assert.Contains("3 labels, but", Refused("three", "a", "b", "c").Message);
        Assert.Contains("byte 9: label 3, but there are 3 classes", Refused("two", "a", "b", "c").Message);
        Assert.Contains("three: which, row, column",
            Assert.Throws<MalformedFileException>(() => IdxImages.Read(scratch.File("three"))).Message);
        Assert.Contains("labels have one", Refused("images", "a").Message);
        Assert.Contains("cannot be read", Refused("nowhere").Message);
    }

    [Fact]
    public void A_file_cut_anywhere_is_refused()
    {
        byte[] plain = Make(0x08, [3, 4, 5], [.. Enumerable.Range(0, 60).Select(i => (byte)(i * 7))]), packed = Pack(plain);
        foreach (byte[] file in new[] { plain, packed })
        {
            for (int length = 0; length < file.Length; length++) Assert.NotNull(Open(file[..length]));
            Assert.Null(Open(file));
        }
    }

    [Fact]
    public void A_hundred_thousand_mutations_raise_nothing_else_and_cost_nothing()
    {
        byte[] plain = Make(0x08, [2, 3, 3], new byte[18]);
        byte[][] seeds = [plain, Make(0x08, [3], [0, 1, 2]), Pack(plain), Pack(Make(0x08, [2, 100, 100], new byte[20_000]))];
        RandomSource random = new(42, 0);
        long most = 0;
        int taken = 0;
        for (int i = 0; i < 100_000; i++)
        {
            byte[] file = Mutations.Mutate(seeds[random.NextInt(seeds.Length)], random);
            long before = GC.GetAllocatedBytesForCurrentThread();
            if (Open(file) is null) taken++;
            if (i > 100) most = Math.Max(most, GC.GetAllocatedBytesForCurrentThread() - before - file.Length);
        }
        Assert.InRange(most, 0, 131_072);
        Assert.InRange(taken, 100, 50_000);                                     // some damage a format without a checksum cannot tell
    }

    [Fact]
    public void A_packed_file_that_unpacks_to_a_thousand_times_its_size_is_refused_before_it_is_unpacked()
    {
        byte[] bomb = Pack(Make(0x08, [64_000, 28, 28], new byte[64_000 * 28 * 28]));
        Assert.InRange(bomb.Length, 1, 200_000);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("no pictures shrink like that", Open(bomb)!.Message);
        // a header of its own, with the promise of a small set, and the rest behind it
        byte[] longer = Pack([.. Make(0x08, [1, 28, 28], new byte[784]), .. new byte[10_000_000]]);
        long again = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("it goes on after byte 800", Open(longer)!.Message);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - again, 0, 100_000);
        Assert.InRange(again - before, 0, 31_000_000);                          // the test's own arrays, and none of the 50 MB promised
    }

    static MalformedFileException? Open(byte[] bytes)
    {
        try
        {
            IdxFile.Read(new MemoryStream(bytes), "bad.idx", bytes is [0, 0, 8, 1, ..] ? 1 : 3);
            return null;
        }
        catch (MalformedFileException error)
        {
            return error;
        }
    }

    internal static byte[] Make(byte kind, uint[] lengths, byte[] elements)
    {
        List<byte> file = [0, 0, kind, (byte)lengths.Length];
        foreach (uint length in lengths) file.AddRange([(byte)(length >> 24), (byte)(length >> 16), (byte)(length >> 8), (byte)length]);
        return [.. file, .. elements];
    }

    internal static byte[] Pack(byte[] bytes)
    {
        using MemoryStream stream = new();
        using (GZipStream packed = new(stream, CompressionLevel.Optimal)) packed.Write(bytes);
        return stream.ToArray();
    }
}
