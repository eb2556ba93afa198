using System.Runtime.CompilerServices;
using NativeSsl.Kernels;

namespace NativeSsl.Tests.Gpu;

/// <summary>Device memory: pieces that grow together again, and what is said and kept when there is no more.</summary>
public sealed class GpuMemoryTests
{
    const int MiB = 1 << 20;

    static Tensor Of(IBackend gpu, int bytes) => Tensor.Empty(gpu, [bytes / sizeof(float)]);

    [Fact]
    public void Two_blocks_that_came_back_make_room_for_one_as_large_as_both()
    {
        using GpuBackend gpu = GpuBackend.Simulator();
        for (int i = 0; i < 3; i++)
        {
            using (new Step(gpu)) { Of(gpu, 1 * MiB); Of(gpu, 3 * MiB); }
            using (new Step(gpu)) Of(gpu, 4 * MiB);
            Assert.Equal((4 * MiB, 4 * MiB), (gpu.PoolBytes, gpu.PoolBytesPeak));
        }
        gpu.TrimPool();
        Assert.Equal((0, 0), (gpu.PoolBytes, gpu.PoolBytesInUse));
    }

    [Fact]
    public void No_more_room_is_a_typed_error_that_says_asked_held_and_free_and_what_was_there_stays()
    {
        using GpuBackend gpu = GpuBackend.Simulator(memoryCap: 8 * MiB);
        Tensor kept = Tensor.Lasting(gpu, [3 * MiB / sizeof(float)]);
        kept.Storage.CopyFrom([.. Enumerable.Repeat(7f, 3 * MiB / sizeof(float))]);
        DeviceMemoryException full = Assert.Throws<DeviceMemoryException>(() => Tensor.Lasting(gpu, [6 * MiB / sizeof(float)]));
        Assert.Equal((6 * MiB, 4 * MiB, 4 * MiB), (full.Asked, full.Held, full.Free));
        Assert.Contains("6.0 MiB more: 4.0 MiB are held and 4.0 MiB free. Use a smaller batch", full.Message, StringComparison.Ordinal);
        Tensor fits = Tensor.Lasting(gpu, [4 * MiB / sizeof(float)]);
        Assert.Equal((7f, 0f, 8 * MiB), (kept.ToArray()[^1], fits.ToArray()[0], gpu.PoolBytes));
    }

    [Fact]
    public void What_nobody_holds_any_more_makes_room()
    {
        using GpuBackend gpu = GpuBackend.Simulator(memoryCap: 8 * MiB);
        for (int i = 0; i < 4; i++) DropOne(gpu);
        Assert.Equal(0f, Tensor.Lasting(gpu, [8 * MiB / sizeof(float)]).ToArray()[^1]);

        [MethodImpl(MethodImplOptions.NoInlining)]
        static void DropOne(GpuBackend gpu) => Tensor.Lasting(gpu, [6 * MiB / sizeof(float)]);
    }

    // The host's array is its own again at once, and what is staged is not written over before the device has fetched it. Then one array that is too large to be staged.
    [OpenClTheory, InlineData(40, 1 << 20), InlineData(1, 9 << 20)]
    public void What_is_uploaded_arrives_whatever_becomes_of_the_array(int times, int count)
    {
        GpuBackend gpu = Devices.OpenCl;
        float[] array = new float[count];
        Tensor sum = Tensor.Zeros(gpu, [count]);
        for (int i = 1; i <= times; i++)
        {
            Array.Fill(array, i);
            gpu.Combine<Add>(sum, Tensor.From(gpu, [count], array), sum);
            Array.Fill(array, float.NaN);
        }
        Assert.Equal([times * (times + 1) / 2], sum.ToArray().Distinct().Select(value => (int)value));
    }

    // Or the block could be lent to another thread, whose kernel would come first.
    [Fact]
    public void What_a_kernel_will_look_at_is_held_until_it_is_in_the_stream()
    {
        using GpuBackend gpu = GpuBackend.Simulator();
        Tensor other = Tensor.Full(gpu, [4], 1f);
        WeakReference viewed = ViewOne(gpu);
        GC.Collect();
        Assert.True(viewed.IsAlive);
        gpu.Fill(other, 0.5f);
        GC.Collect();
        Assert.False(viewed.IsAlive);
        Assert.Equal(0.5f, other.ToArray()[3]);

        [MethodImpl(MethodImplOptions.NoInlining)]
        static WeakReference ViewOne(GpuBackend gpu)
        {
            Tensor x = Tensor.Full(gpu, [4], 2f);
            GpuBackend.View(x);
            return new(x.Storage);
        }
    }

    static Gpt Model(IBackend backend) =>
        new(new Gpt.Config { Vocabulary = 11, Context = 8, Layers = 1, Heads = 2, Width = 16 }, new Init(backend, seed: 1));

    static Trainer Training(IBackend backend, Gpt model, int batch)
    {
        int[] text = [.. Enumerable.Range(0, 200).Select(i => i * i % 11)];
        return new(new NextToken(model), new TokenWindows(backend, text, context: 8, batch, seed: 1), new TrainerOptions
        {
            Steps = 3, Players = new Dictionary<string, Player> { ["main"] = new(parameters => new AdamW(parameters), new Constant(1e-3)) },
        });
    }

    static long Need(int batch)
    {
        using GpuBackend gpu = GpuBackend.Simulator();
        Trainer trainer = Training(gpu, Model(gpu), batch);
        // Memory that is nobody's since tensors were gathered is no need: where there is a cap it is collected as soon as room is short, here only when the collector comes by.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        trainer.Step();
        return gpu.PoolBytesPeak;
    }

    // A method of its own, so that nobody holds the trainer's moments afterwards.
    [MethodImpl(MethodImplOptions.NoInlining)]
    static void FindsNoRoom(GpuBackend gpu, Gpt model, int batch)
    {
        Trainer trainer = Training(gpu, model, batch);
        Assert.Throws<DeviceMemoryException>(trainer.Step);
        Assert.Equal(0, trainer.StepsDone);
    }

    [Fact]
    public void A_step_that_finds_no_room_leaves_the_weights_and_a_smaller_batch_goes_on()
    {
        long large = Need(batch: 8), small = Need(batch: 1);
        Assert.True(small < 0.8 * large, $"{small} of {large}");
        foreach (double share in new[] { 0.9, 0.5, 0.1 })
        {
            using GpuBackend gpu = GpuBackend.Simulator((long)(share * large));
            if (share * large < small)                                          // not even the model and its moments fit
            {
                Assert.Throws<DeviceMemoryException>(() => Training(gpu, Model(gpu), batch: 1).Step());
                continue;
            }
            Gpt model = Model(gpu);
            float[][] before = [.. model.NamedTensors().Select(entry => entry.Tensor.ToArray())];
            FindsNoRoom(gpu, model, batch: 8);
            Assert.Equal(before, model.NamedTensors().Select(entry => entry.Tensor.ToArray()));
            if (share < 0.9) continue;
            Training(gpu, model, batch: 1).Step();
            Assert.NotEqual(before, model.NamedTensors().Select(entry => entry.Tensor.ToArray()));
        }
    }
}
