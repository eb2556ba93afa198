namespace NativeSsl.Tests.Engine;

public sealed class PoolTests
{
    [Fact]
    public unsafe void A_block_holds_what_was_asked_for_and_the_slack_and_at_most_a_quarter_more()
    {
        for (long bytes = 1; bytes < 40_000_000; bytes += 1 + bytes / 7)
        {
            var pool = new CpuPool();
            pool.Return(pool.Take(bytes, out long size), size);
            Assert.InRange(pool.Held, bytes + CpuStorage.Slack, 1.25 * bytes + CpuStorage.Slack + 256);
            pool.Trim();
        }
    }

    [Theory, InlineData(256), InlineData(3 << 20), InlineData(12 << 20), InlineData(1 << 25)]
    public unsafe void Round_sizes_fill_their_class(long bytes)
    {
        var pool = new CpuPool();
        pool.Return(pool.Take(bytes, out long size), size);
        Assert.Equal(bytes + CpuStorage.Slack, pool.Held);
        pool.Trim();
    }
}
