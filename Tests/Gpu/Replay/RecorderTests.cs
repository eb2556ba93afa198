using NativeSsl.Kernels;
using static NativeSsl.Tests.Gpu.ReplayTasks;

namespace NativeSsl.Tests.Gpu;

/// <summary>What a record holds, whose memory it uses, and when it is none.</summary>
public sealed class RecorderTests
{
    [Fact]
    public void The_memory_of_a_record_comes_back_and_is_nobody_elses_before()
    {
        using GpuBackend gpu = GpuBackend.Simulator();
        Trainer trainer = TenSteps.Training(SmallGpt(gpu), replays: true, healthInterval: 0);
        trainer.Step();
        gpu.TrimPool();
        long held = gpu.PoolBytes;
        double second = trainer.Step().Loss;
        using (new Step(gpu)) for (int i = 0; i < 64; i++) Tensor.Full(gpu, [4096], float.NaN);
        Assert.True(double.IsFinite(trainer.Step().Loss));
        trainer.Dispose();
        gpu.TrimPool();
        Assert.True(gpu.PoolBytes < held, $"{gpu.PoolBytes} of {held}");
        Assert.Equal(second, Train(Devices.Simulator, SmallGpt, replays: false, steps: 2).Told[3]);
    }

    [Fact]
    public void A_recorder_says_what_it_is_asked_too_early_and_keeps_out_of_other_threads()
    {
        using GpuBackend gpu = GpuBackend.Simulator();
        using IRecorder recorder = gpu.NewRecorder();
        Assert.Equal((false, "nothing is recorded"), (recorder.IsUpToDate, recorder.About));
        Assert.Throws<NotReplayableException>(() => recorder.Replay(1));
        Tensor x = Tensor.Full(gpu, [4], 1f), y = Tensor.Full(gpu, [4], 1f);
        recorder.Record(() =>
        {
            gpu.Accumulate(x, y);
            var other = new Thread(() => gpu.Fill(x, 0.5f));
            other.Start();
            other.Join();
        });
        Assert.Equal("1 orders, one by one", recorder.About);
        Assert.Equal((0.5f, 2f), (x.ToArray()[0], y.ToArray()[0]));
        recorder.Replay(1);
        Assert.Equal("1 orders, one by one: CPUAccelerator has no graphs", recorder.About);
        Assert.Equal((0.5f, 2.5f), (x.ToArray()[3], y.ToArray()[3]));
        using (new Step(gpu))
        {
            recorder.Do(() => Tensor.Full(gpu, [4], 1f));
            Assert.Contains("still lent", Assert.Throws<NotReplayableException>(() => recorder.Replay(2)).Message);
        }
        recorder.Replay(2);
        Assert.Equal(3f, y.ToArray()[0]);
        Assert.Throws<NativeSslException>(() => recorder.Do(() => recorder.Do(() => { })));
        Assert.Throws<IndexException>(() => recorder.Record(() => throw new IndexException("x")));
        Assert.False(recorder.IsUpToDate);
    }

    [Fact]
    public void What_the_host_said_once_is_said_again_whatever_became_of_the_memory()
    {
        using GpuBackend gpu = GpuBackend.Simulator();
        using IRecorder recorder = gpu.NewRecorder();
        Tensor y = Tensor.Zeros(gpu, [2]);
        recorder.Record(() =>
        {
            using (new Step(gpu)) gpu.Accumulate(Tensor.From(gpu, [2], 1f, 2f), y);
            using (new Step(gpu)) gpu.Accumulate(Tensor.From(gpu, [2], 10f, 20f), y);           // in the same memory
        });
        recorder.Replay(1);
        Assert.Equal([22f, 44f], y.ToArray());
    }

    [Fact]
    public void Memory_that_orders_name_stays_where_it_is()
    {
        const int MiB = 1 << 20;
        using GpuBackend gpu = GpuBackend.Simulator();
        Tensor y = Tensor.Zeros(gpu, [1000]);
        long before = gpu.PoolBytes, within = 0;
        using (IRecorder recorder = gpu.NewRecorder())
        {
            recorder.Record(() =>
            {
                using (new Step(gpu))
                {
                    Tensor.Full(gpu, [MiB], 2f);                                // a piece of the device's memory each
                    gpu.Copy(Tensor.Full(gpu, [1000], 3f), y);
                }
                gpu.TrimPool();
                within = gpu.PoolBytes;
            });
            gpu.TrimPool();
            Assert.Equal((before + 8 * MiB, before + 8 * MiB), (within, gpu.PoolBytes));
            gpu.Fill(y, 0f);
            recorder.Replay(1);
            Assert.Equal(3f, y.ToArray()[999]);
        }
        gpu.TrimPool();
        Assert.Equal(before, gpu.PoolBytes);
    }
    [Fact]
    public void A_recorder_that_nobody_gave_up_gives_its_memory_back_when_nobody_holds_it()
    {
        using GpuBackend gpu = GpuBackend.Simulator();
        Tensor y = Tensor.Zeros(gpu, [1000]);
        gpu.TrimPool();
        long before = gpu.PoolBytes, held;
        using (new Step(gpu))
        {
            (held, Tensor lent) = RecordAndDrop(gpu, y);
            Assert.True(held >= before + (4 << 20), $"{held} after {before}");
            Collect(gpu);
            Assert.Equal((held, 7f), (gpu.PoolBytes, lent.ToArray()[9]));           // somebody still holds what it lent
        }
        Collect(gpu);
        Assert.Equal(before, gpu.PoolBytes);
        Assert.Equal(3f, y.ToArray()[999]);
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    static (long Held, Tensor Lent) RecordAndDrop(GpuBackend gpu, Tensor y)
    {
        IRecorder recorder = gpu.NewRecorder();
        recorder.Record(() =>
        {
            using (new Step(gpu)) gpu.Copy(Tensor.Full(gpu, [1000], 3f), y);
        });
        recorder.Replay(1);
        Tensor? lent = null;
        recorder.Do(() => lent = Tensor.Full(gpu, [10], 7f));
        gpu.TrimPool();
        return (gpu.PoolBytes, lent!);
    }

    static void Collect(GpuBackend gpu)
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        gpu.TrimPool();
    }
}
