namespace NativeSsl.Tests.Engine;

public sealed class WorkersTests
{
    readonly unsafe struct Count(int* seen) : IJob
    {
        public void Run(int part) => Interlocked.Increment(ref seen[part]);
    }

    readonly struct Fail(int at) : IJob
    {
        public void Run(int part)
        {
            if (part == at) throw new InvalidOperationException("part seven");
        }
    }

    [Theory, InlineData(1), InlineData(2), InlineData(5), InlineData(16)]
    public unsafe void Every_part_runs_once_in_every_job(int threads)
    {
        var workers = new Workers(threads);
        int* seen = stackalloc int[64];
        for (int job = 0; job < 20_000; job++)
        {
            int parts = 1 + job % 64;
            new Span<int>(seen, 64).Clear();
            workers.Run(new Count(seen), parts);
            for (int part = 0; part < 64; part++)
                Assert.True(seen[part] == (part < parts ? 1 : 0), $"job {job}: part {part} ran {seen[part]} times");
        }
    }

    [Fact]
    public unsafe void Workers_that_parked_wake_up_again()
    {
        var workers = new Workers(3);
        int* seen = stackalloc int[8];
        for (int job = 0; job < 20; job++)
        {
            Thread.Sleep(10);                                   // long enough for every worker to park
            new Span<int>(seen, 8).Clear();
            workers.Run(new Count(seen), 8);
            for (int part = 0; part < 8; part++) Assert.Equal(1, seen[part]);
        }
    }

    readonly struct Ask(int caller, int[] processors) : IJob
    {
        public void Run(int part)
        {
            Thread.Sleep(1);                                    // so that the other one gets a part
            if (Environment.CurrentManagedThreadId != caller) processors[part] = Processors.Allowed.Count;
        }
    }

    // It is kept off the caller's processor only while it wakes.
    [Fact]
    public void A_worker_that_woke_may_run_anywhere()
    {
        var workers = new Workers(2);
        int[] processors = new int[4];
        for (int job = 0; job < 50 && processors.All(count => count == 0); job++)
        {
            Thread.Sleep(10);
            workers.Run(new Ask(Environment.CurrentManagedThreadId, processors), processors.Length);
        }
        Assert.Contains(processors, count => count != 0 || !OperatingSystem.IsLinux());
        Assert.All(processors, count => Assert.True(count == 0 || count == Processors.Allowed.Count, $"{count} processors"));
    }

    [Fact]
    public void Callers_on_other_threads_do_not_wait_for_each_other()
    {
        var workers = new Workers(2);
        Parallel.For(0, 8, _ =>
        {
            unsafe
            {
                int* seen = stackalloc int[16];
                for (int job = 0; job < 5_000; job++)
                {
                    new Span<int>(seen, 16).Clear();
                    workers.Run(new Count(seen), 16);
                    for (int part = 0; part < 16; part++)
                        if (seen[part] != 1) throw new InvalidOperationException($"part {part} ran {seen[part]} times");
                }
            }
        });
    }

    [Fact]
    public void A_failure_on_any_thread_reaches_the_caller_and_the_workers_live_on()
    {
        var workers = new Workers(2);
        for (int round = 0; round < 100; round++)
        {
            var error = Assert.Throws<InvalidOperationException>(() => workers.Run(new Fail(7), 16));
            Assert.Equal("part seven", error.Message);
        }
    }
}
