using System.Globalization;

namespace NativeSsl.Tests.Images;

/// <summary>A set in shards is read within the cap, whatever its size.</summary>
public sealed class ShardsMemoryTests : IDisposable
{
    const int Count = 40_000, Cap = 1 << 20, Batch = 16;

    static readonly ImageSize Size = new(16, 16, 1);                                // 256 bytes an image, 10.2 MB: what the list takes for it counts, too

    readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void A_set_ten_times_the_cap_is_read_in_random_order_within_the_cap()
    {
        byte[] all = [.. Enumerable.Range(0, Count * Size.Bytes).Select(i => (byte)(i * 7 + i / 251))];
        ImageShards.Write(new ImageSet("made up", Size, all, null, []), _scratch.File("set"), 4096);
        long most = 0;
        CachedImages read = ReadAll(_scratch.File("set"), (places, pixels, images) =>
        {
            for (int i = 0; i < Batch; i++)
                Assert.True(pixels.AsSpan(i * Size.Bytes, Size.Bytes).SequenceEqual(all.AsSpan(places.Span[i] * Size.Bytes, Size.Bytes)));
            most = Math.Max(most, images.HeldBytes);
        });
        Assert.InRange(most, Cap * 99 / 100, Cap);                                  // an image less than the cap has room for
        Assert.Equal(most, read.HeldBytes);

        // What it says that it holds is what it does hold: measured where nothing else comes and goes.
        long held = long.Parse(OwnProcess.Output("read-shards", _scratch.File("set")), CultureInfo.InvariantCulture);
        Assert.InRange(held, most * 9 / 10, most * 11 / 10);
    }

    /// <summary>In a process of its own: reads the set once in random order, and writes how many bytes its reader holds then.</summary>
    internal static void Measure(string folder)
    {
        ReadAll(folder, (_, _, _) => { });                                          // what a first reading makes for all later ones
        long before = GC.GetTotalMemory(forceFullCollection: true);
        CachedImages read = ReadAll(folder, (_, _, _) => { });
        long after = GC.GetTotalMemory(forceFullCollection: true);
        GC.KeepAlive(read);
        Console.Out.WriteLine((after - before).ToString(CultureInfo.InvariantCulture));
    }

    static CachedImages ReadAll(string folder, Action<ReadOnlyMemory<int>, byte[], CachedImages> look)
    {
        CachedImages read = ImageShards.Open(folder, Cap);
        int[] order = [.. Enumerable.Range(0, Count)];
        new RandomSource(1, 0).Shuffle<int>(order);
        byte[] pixels = new byte[Batch * Size.Bytes];
        for (int start = 0; start < Count; start += Batch)
        {
            ReadOnlyMemory<int> places = order.AsMemory(start, Batch);
            read.Read(places.Span, pixels);
            look(places, pixels, read);
        }
        return read;
    }
}
