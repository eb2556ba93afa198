using System.Runtime.CompilerServices;

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

        // What goes when a reader goes is what it held. Other tests leave memory behind that is freed at any time, which would spoil one such difference.
        long[] held = new long[5];
        for (int i = 0; i < held.Length; i++)
        {
            long reading = InUseAfterReading(all, size, (ulong)i);
            held[i] = reading - GC.GetTotalMemory(forceFullCollection: true);
        }
        Array.Sort(held);
        Assert.InRange(held[held.Length / 2], Cap / 2, 3 * Cap / 2);            // with the table and the list
    }

    /// <summary>Memory of the process in use while a reader that has read the whole set once is alive. Not inlined: the reader must be gone afterwards.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    long InUseAfterReading(byte[] all, ImageSize size, ulong seed)
    {
        CachedImages read = ImageShards.Open(_scratch.File("set"), Cap);
        int[] order = [.. Enumerable.Range(0, Count)];
        new RandomSource(seed, 0).Shuffle<int>(order);
        byte[] pixels = new byte[16 * size.Bytes];
        long most = 0;
        for (int start = 0; start < Count; start += 16)
        {
            read.Read(order.AsSpan(start, 16), pixels);
            for (int i = 0; i < 16; i++)
                Assert.True(pixels.AsSpan(i * size.Bytes, size.Bytes).SequenceEqual(all.AsSpan(order[start + i] * size.Bytes, size.Bytes)));
            most = Math.Max(most, read.HeldBytes);
        }
        Assert.InRange(most, Cap * 9 / 10, Cap);
        long inUse = GC.GetTotalMemory(forceFullCollection: true);
        GC.KeepAlive(read);
        return inUse;
    }
}
