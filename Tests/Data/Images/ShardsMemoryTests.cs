namespace NativeSsl.Tests.Images;

/// <summary>Tests that measure what the whole process does: nothing else runs beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    public const string Name = "alone";
}

/// <summary>A set in shards is read within the cap, whatever its size.</summary>
[Collection(Alone.Name)]
public sealed class ShardsMemoryTests : IDisposable
{
    const int Count = 2000, Cap = 1 << 20;

    readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void A_set_ten_times_the_cap_is_read_in_random_order_within_the_cap()
    {
        ImageSize size = new(42, 43, 3);                                        // 5,418 bytes an image, 10.8 MB
        byte[] all = [.. Enumerable.Range(0, Count * size.Bytes).Select(i => (byte)(i * 7 + i / 251))];
        ImageShards.Write(new ImageSet("made up", size, all, null, []), _scratch.File("set"), 64);
        CachedImages read = ImageShards.Open(_scratch.File("set"), Cap);
        int[] order = [.. Enumerable.Range(0, Count)];
        new RandomSource(3, 0).Shuffle<int>(order);
        byte[] pixels = new byte[16 * size.Bytes];
        read.Read(order.AsSpan(0, 16), pixels);
        long before = GC.GetTotalMemory(forceFullCollection: true), most = 0, mostInUse = 0;
        for (int epoch = 0; epoch < 2; epoch++)
            for (int start = 0; start < Count; start += 16)
            {
                read.Read(order.AsSpan(start, 16), pixels);
                for (int i = 0; i < 16; i++)
                    Assert.True(pixels.AsSpan(i * size.Bytes, size.Bytes).SequenceEqual(all.AsSpan(order[start + i] * size.Bytes, size.Bytes)));
                most = Math.Max(most, read.HeldBytes);
                if (start % 400 == 0) mostInUse = Math.Max(mostInUse, GC.GetTotalMemory(forceFullCollection: true) - before);
            }
        Assert.InRange(most, Cap * 9 / 10, Cap);
        Assert.InRange(mostInUse, Cap / 2, 3 * Cap / 2);                        // with the table and the list
    }
}
