using System.Diagnostics;

namespace NativeSsl.Tests;

/// <summary>Whatever is in a file, the reader takes it or says in one typed exception why not,
/// without believing what it claims about its size.</summary>
public sealed partial class SafetensorsMalformed
{
    public static TheoryData<string> All => [.. Kinds.Keys];

    [Theory, MemberData(nameof(All))]
    public void Is_refused_with_file_and_reason(string kind)
    {
        (byte[] file, string reason) = Kinds[kind];
        Open(file);                                                             // once before, so that what is measured is not the JIT
        long before = GC.GetAllocatedBytesForCurrentThread();
        long start = Stopwatch.GetTimestamp();
        MalformedFileException? error = Open(file);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 16_384 + file.Length);
        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalMilliseconds, 0, 1000);
        Assert.NotNull(error);
        Assert.Equal("bad.safetensors", error.File);
        Assert.StartsWith("bad.safetensors: ", error.Message);
        Assert.Contains(reason, error.Message);
    }

    [Fact]
    public void There_are_at_least_sixty_kinds() => Assert.InRange(Kinds.Count, 60, 1000);

    [Fact]
    public void What_is_only_odd_is_taken()
    {
        foreach (byte[] file in new[]
        {
            Make(Good), Make(Good + " \r\n\t"), Make("{}", 0), Make("{ \"__metadata__\" : { } }", 0),
            Make("{" + Entry(shape: "[0,9]", offsets: "[8,8]", name: "\"z\"") + "," + Entry() + "}"),
            Make("{" + Entry(shape: "[]", dtype: "\"F64\"") + "}"), Make("{" + Entry(name: "\"\"") + "}"),
            Make("{" + Entry(shape: "[" + string.Join(",", Enumerable.Repeat("1", 31)) + ",2]") + "}"),
        })
            Assert.Null(Open(file));
    }

    static MalformedFileException? Open(byte[] bytes)
    {
        try
        {
            using SafetensorsFile file = SafetensorsFile.Open(new MemoryStream(bytes), "bad.safetensors");
            file.Verify();
            return null;
        }
        catch (MalformedFileException error)
        {
            return error;
        }
    }

    [Fact]
    public void A_file_cut_anywhere_is_refused()
    {
        byte[] ours = Ours();
        for (int length = 0; length < ours.Length; length++) Assert.NotNull(Open(ours[..length]));
        Assert.Null(Open(ours));
    }

    [Fact]
    public void A_hundred_thousand_mutations_raise_nothing_else_and_cost_nothing()
    {
        byte[][] seeds = [Ours(), Make(Good),
            Make("{" + Entry() + "," + Entry(shape: "[1,3]", offsets: "[8,20]", name: "\"b\"") + ",\"__metadata__\":{\"k\":\"v\"}}", 20)];
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
        Assert.InRange(most, 0, 32_768);
        Assert.InRange(taken, 1, 60_000);
    }

    [Fact]
    public void Every_flipped_bit_is_found()
    {
        using MemoryStream stream = new();
        RandomSource random = new(5, 0);
        SafetensorsWriter.Write(stream,
            Enumerable.Range(0, 6).Select(i =>
                SafetensorsItem.From($"layer.{i}.weight", [40], Enumerable.Range(0, 40).Select(_ => random.NextNormal()).ToArray())));
        byte[] file = stream.ToArray();
        Assert.Null(Open(file));
        for (int i = 0; i < 20_000; i++)
        {
            int bit = i < file.Length * 8 ? i : random.NextInt(file.Length * 8);          // every bit once, then pairs of them
            file[bit / 8] ^= (byte)(1 << (bit % 8));
            int second = i < file.Length * 8 ? -1 : (bit + 1 + random.NextInt(file.Length * 8 - 1)) % (file.Length * 8);
            if (second >= 0) file[second / 8] ^= (byte)(1 << (second % 8));
            Assert.True(Open(file) is not null, $"bit {bit}");
            file[bit / 8] ^= (byte)(1 << (bit % 8));
            if (second >= 0) file[second / 8] ^= (byte)(1 << (second % 8));
        }
        Assert.Null(Open(file));
    }

    [Fact]
    public void The_checksum_is_crc_32c() =>
        Assert.Equal("e3069283", Crc32C.Finish(Crc32C.Append(Crc32C.Append(Crc32C.Start, "12345"u8), "6789"u8)));

    [Fact]
    public void Damaged_data_can_be_read_if_trusted_and_a_missing_file_is_named()
    {
        byte[] file = Ours();
        file[^1] ^= 1;
        using SafetensorsFile trusted = SafetensorsFile.Open(new MemoryStream(file), "trusted", verify: false);
        trusted.Verify();
        long[] values = new long[3];
        trusted.Read("b", values);
        using SafetensorsFile checkedFile = SafetensorsFile.Open(new MemoryStream(file), "checked");
        MalformedFileException error = Assert.ThrowsAny<MalformedFileException>(() =>
        {
            checkedFile.Read("a", new float[2]);
            checkedFile.Read("b", values);
        });
        Assert.Contains("checked: the data of tensor", error.Message);
        Assert.Contains("/nowhere/x", Assert.Throws<MalformedFileException>(() => SafetensorsFile.Open("/nowhere/x")).Message);
    }
}
