using FsCheck.Xunit;

namespace NativeSsl.Tests.Engine;

/// <summary>Large blocks of a step: pieces that do not overlap, and that grow together when they come back.</summary>
public sealed class SlabTests
{
    const int MiB = 1 << 20;

    readonly CpuBackend _cpu = new(1);

    Tensor Of(int bytes) => Tensor.Empty(_cpu, [(bytes - CpuStorage.Slack) / sizeof(float)]);

    [Fact]
    public void Two_blocks_that_came_back_make_room_for_one_as_large_as_both()
    {
        for (int i = 0; i < 3; i++)
        {
            using (new Step(_cpu)) { Of(4 * MiB); Of(6 * MiB); }
            Assert.Equal(10 * MiB, _cpu.PoolBytes);
            using (new Step(_cpu)) Of(10 * MiB);
            Assert.Equal((10 * MiB, 0), (_cpu.PoolBytes, _cpu.PoolBytesInUse));
        }
        _cpu.TrimPool();
        Assert.Equal(0, _cpu.PoolBytes);
    }

    [Fact]
    public void What_is_lent_is_not_trimmed()
    {
        using (new Step(_cpu))
        {
            Tensor x = Of(4 * MiB);
            x.Storage.CopyFrom([.. Enumerable.Repeat(3f, checked((int)x.Shape.Count))]);
            _cpu.TrimPool();
            Assert.Equal((3f, 4 * MiB), (x.ToArray()[^1], _cpu.PoolBytes));
        }
        _cpu.TrimPool();
        Assert.Equal(0, _cpu.PoolBytes);
    }

    [Fact]
    public void More_than_a_slab_is_a_slab_of_its_own()
    {
        using (new Step(_cpu)) { Of(40 * MiB); Of(200 * MiB); Of(40 * MiB); }
        Assert.Equal(280L * MiB, _cpu.PoolBytes);
    }

    // Against the plainest of models: a list of what is lent.
    [Property(MaxTest = 50)]
    public void Pieces_are_in_bounds_apart_and_aligned_in_any_order(int seed)
    {
        const int Length = 8 * MiB;
        var slab = new Slab<nint>(0, Length);
        var random = new Random(seed);
        List<(long From, long Size)> lent = [];
        for (int i = 0; i < 300; i++)
        {
            if (lent.Count > 0 && random.Next(5) < 2)
            {
                int which = random.Next(lent.Count);
                slab.Return(lent[which].From);
                lent.RemoveAt(which);
                continue;
            }
            long size = CpuStorage.RoundUp(1 + random.Next(Length / 8));
            long block = slab.Take(size);
            if (block < 0)
            {
                Assert.True(LongestGap(lent, Length) < size, "there was room");
                continue;
            }
            Assert.True(block + size <= Length && block % CpuStorage.Alignment == 0);
            Assert.DoesNotContain(lent, other => block < other.From + other.Size && other.From < block + size);
            lent.Add((block, size));
        }
        foreach ((long from, _) in lent) slab.Return(from);
        Assert.True(slab.IsIdle);
        Assert.Equal(0, slab.Take(Length));
    }

    static long LongestGap(List<(long From, long Size)> lent, long length)
    {
        long longest = 0, end = 0;
        foreach ((long from, long size) in lent.OrderBy(piece => piece.From))
        {
            longest = Math.Max(longest, from - end);
            end = from + size;
        }
        return Math.Max(longest, length - end);
    }
}
