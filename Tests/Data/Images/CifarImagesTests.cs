namespace NativeSsl.Tests.Images;

/// <summary>Records of CIFAR-10, and everything that pretends to be some.</summary>
public sealed partial class CifarImagesTests
{
    const int Record = 3073;

    static readonly string[] Digits = [.. Enumerable.Range(0, 10).Select(i => $"{i}")];

    [Fact]
    public void Planes_become_pixels()
    {
        using Scratch scratch = new();
        byte[] first = Make([3, 9]), second = Make([0]);
        File.WriteAllBytes(scratch.File("data_batch_1.bin"), first);
        File.WriteAllBytes(scratch.File("data_batch_2.bin"), second);
        string[] paths = [scratch.File("data_batch_1.bin"), scratch.File("data_batch_2.bin")];
        ImageSet set = CifarImages.Read(paths);
        Assert.Equal((3, new ImageSize(32, 32, 3)), (set.Count, set.Size));
        Assert.Equal([3, 9, 0], set.Labels);
        Assert.Equal(Digits, set.Classes);
        byte[] pixels = new byte[2 * 3072];
        set.Read([2, 1], pixels);
        foreach ((byte[] file, int start, int at) in new[] { (second, 1, 0), (first, Record + 1, 3072) })
            for (int y = 0; y < 32; y++)
                for (int x = 0; x < 32; x++)
                    for (int c = 0; c < 3; c++)
                        Assert.Equal(file[start + c * 1024 + y * 32 + x], pixels[at + (y * 32 + x) * 3 + c]);

        File.WriteAllText(scratch.File("batches.meta.txt"), "a\r\nb\nc\nd\ne\nf\ng\nh\ni\nj\n\n");
        Assert.Equal("j", CifarImages.Read(paths).Classes[9]);
        Assert.Equal(["x", .. Digits], CifarImages.Read(paths, ["x", .. Digits]).Classes);
        Assert.Throws<NativeSslException>(() => CifarImages.Read([]));
        Assert.Contains("cannot be read", Assert.Throws<MalformedFileException>(() => CifarImages.Read([paths[0], "/nowhere"])).Message);
    }

    [Fact]
    public void A_file_cut_anywhere_is_refused()
    {
        byte[] file = Make([1, 2]);
        for (int length = 0; length < file.Length; length++)
            if (length != Record) Assert.NotNull(Open(file[..length]));
        Assert.Null(Open(file));
        Assert.Null(Open(file[..Record]));                                      // a file of one record; the format cannot tell
    }

    [Fact]
    public void A_hundred_thousand_mutations_raise_nothing_else_and_cost_nothing()
    {
        // An insertion breaks every record behind it, so damage to the bytes alone is tried as well.
        byte[] seed = Make([1]), names = "airplane\nautomobile\nbird\n"u8.ToArray();
        RandomSource random = new(42, 0);
        long most = 0;
        int taken = 0;
        for (int i = 0; i < 100_000; i++)
        {
            byte[] file = i % 2 == 0 ? Mutations.Mutate(names, random) : i % 64 == 1 ? Mutations.Mutate(seed, random) : [.. seed];
            if (i % 64 != 1 && i % 2 == 1) file[random.NextInt(4) == 0 ? 0 : random.NextInt(Record)] = (byte)random.NextBits();
            long before = GC.GetAllocatedBytesForCurrentThread();
            if ((i % 2 == 0 ? Names(file) : Open(file)) is null) taken++;
            if (i > 100) most = Math.Max(most, GC.GetAllocatedBytesForCurrentThread() - before - file.Length);
        }
        Assert.InRange(most, 0, 131_072);
        Assert.InRange(taken, 1000, 99_000);
    }

    static MalformedFileException? Open(byte[] bytes) => Try(() => CifarImages.Read([new MemoryStream(bytes)], ["bad.bin"], Digits));

    static MalformedFileException? Names(byte[] bytes) => Try(() => CifarImages.ParseClasses(bytes, "bad.bin"));

    static MalformedFileException? Try(Action read)
    {
        try
        {
            read();
            return null;
        }
        catch (MalformedFileException error)
        {
            return error;
        }
    }

    internal static byte[] Make(byte[] labels)
    {
        byte[] file = [.. Enumerable.Range(0, labels.Length * Record).Select(i => (byte)(i * 37 >> 4))];
        for (int i = 0; i < labels.Length; i++) file[i * Record] = labels[i];
        return file;
    }
}
