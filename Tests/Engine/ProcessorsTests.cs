namespace NativeSsl.Tests.Engine;

public sealed class ProcessorsTests
{
    // On a thread of its own, whose processors are nobody else's business.
    [Fact]
    public void A_thread_leaves_the_processor_it_is_kept_off()
    {
        if (!OperatingSystem.IsLinux() || Processors.Allowed.Count < 2)
        {
            Assert.Equal(Processors.Allowed.Count, Processors.Allowed.But(-1).Count);
            return;
        }
        (int Before, int After, int Left, int All) seen = default;
        var thread = new Thread(() =>
        {
            Processors.Set all = Processors.Allowed;
            int here = Processors.Current;
            Processors.Allow(Processors.Thread, all.But(here));
            seen = (here, Processors.Current, Processors.Allowed.Count, all.Count);
        });
        thread.Start();
        thread.Join();
        Assert.NotEqual(seen.Before, seen.After);
        Assert.Equal(seen.All - 1, seen.Left);
    }
}
