using NativeSsl.Kernels;

namespace NativeSsl.Tests.Gpu;

/// <summary>Devices, the pool, disposal in any order, and what happens after a mistake.</summary>
public sealed class GpuBackendTests
{
    [Fact]
    public void Every_kind_of_device_is_listed_or_says_why_not()
    {
        IReadOnlyList<GpuDevice> devices = GpuBackend.Devices();
        foreach (string kind in new[] { "cuda", "opencl", "simulator" })
            Assert.All(devices.Where(device => device.Selector.Split(':')[0] == kind),
                device => Assert.True(device.Refused is null || device.Refused.Contains("install", StringComparison.Ordinal)));
        Assert.Equal(["cuda", "opencl", "simulator"], devices.Select(device => device.Selector.Split(':')[0]).Distinct());
    }

    [Fact]
    public void A_device_that_is_not_there_is_refused_by_name()
    {
        Assert.Contains("cuda", Assert.Throws<DeviceException>(() => GpuBackend.Cuda(99)).Message, StringComparison.Ordinal);
        Assert.Contains("opencl", Assert.Throws<DeviceException>(() => GpuBackend.OpenCl(99)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Memory_of_a_step_is_used_again_in_the_next()
    {
        using GpuBackend gpu = GpuBackend.Simulator();
        long held = 0;
        for (int number = 0; number < 5; number++)
        {
            using (var step = new Step(gpu))
            {
                Tensor.Zeros(gpu, [1000]);
                Tensor.Zeros(gpu, [3, 400]);
            }
            if (number == 0) held = gpu.PoolBytes;
        }
        Assert.True(held > 0);
        Assert.Equal(held, gpu.PoolBytes);
    }

    [Fact]
    public void Lasting_memory_comes_back_when_nobody_holds_it()
    {
        using GpuBackend gpu = GpuBackend.Simulator();
        for (int i = 0; i < 200; i++)
        {
            DropOne(gpu);
            if (i % 20 == 19) { GC.Collect(); GC.WaitForPendingFinalizers(); }
        }
        Assert.InRange(gpu.PoolBytesInUse, 1, 60 * 4096);

        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
        static void DropOne(GpuBackend gpu) => Tensor.Lasting(gpu, [1000]);
    }

    [Fact]
    public void A_slice_shares_memory_and_goes_stale_with_it()
    {
        using GpuBackend gpu = GpuBackend.Simulator();
        Storage slice;
        using (var step = new Step(gpu))
        {
            Tensor x = Tensor.From(gpu, [6], 0, 1, 2, 3, 4, 5);
            slice = x.Storage.Slice(2, 3);
            float[] values = new float[3];
            slice.CopyTo(values);
            Assert.Equal([2, 3, 4], values);
            Assert.Throws<ShapeException>(() => x.Storage.Slice(4, 3));
        }
        Assert.True(slice.IsReleased);
        Assert.Throws<StaleTensorException>(() => slice.CopyTo(new float[3]));
    }

    [Fact]
    public void Tensors_and_steps_may_outlive_their_device()
    {
        GpuBackend gpu = GpuBackend.Simulator();
        Tensor lasting = Tensor.Full(gpu, [5], 1f);
        var step = new Step(gpu);
        Tensor rented = Tensor.Full(gpu, [5], 2f);
        gpu.Dispose();
        gpu.Dispose();
        Assert.Contains("disposed", Assert.Throws<DeviceException>(() => lasting.ToArray()).Message, StringComparison.Ordinal);
        Assert.Throws<DeviceException>(() => rented.Sigmoid());
        Assert.Throws<DeviceException>(() => Tensor.Zeros(gpu, [1]));
        step.Dispose();
        Assert.Throws<DeviceException>(rented.ToArray);
    }

    [Fact]
    public void An_index_out_of_range_is_an_error_and_the_process_lives()
    {
        using GpuBackend gpu = GpuBackend.Simulator();
        Tensor small = Tensor.Zeros(gpu, [4]), large = Tensor.Zeros(gpu, [8]);
        Assert.Contains("out of bounds",
            Assert.Throws<DeviceException>(() => gpu.Accumulate(large, small)).Message, StringComparison.Ordinal);
        Assert.Equal(new float[4], small.ToArray());
    }

    [Fact]
    public void A_complaint_belongs_to_the_simulator_that_has_made_it()
    {
        using GpuBackend faulty = GpuBackend.Simulator(), sound = GpuBackend.Simulator();
        Tensor small = Tensor.Zeros(faulty, [4]), large = Tensor.Zeros(faulty, [8]), x = Tensor.Zeros(sound, [8]), y = Tensor.Zeros(sound, [8]);
        Parallel.Invoke(
            () => { for (int i = 0; i < 100; i++) Assert.Throws<DeviceException>(() => faulty.Accumulate(large, small)); },
            () => { for (int i = 0; i < 100; i++) sound.Accumulate(x, y); });
    }

    [Fact]
    public void Tensors_of_two_devices_do_not_mix()
    {
        using GpuBackend gpu = GpuBackend.Simulator();
        Tensor here = Tensor.Zeros(CpuBackend.Default, [4]), there = Tensor.Zeros(gpu, [4]);
        Assert.Contains("To(backend)", Assert.Throws<DeviceException>(() => gpu.Accumulate(here, there)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Eight_threads_get_the_bits_of_one()
    {
        using GpuBackend gpu = GpuBackend.Simulator();
        float[] values = [.. Enumerable.Range(0, 40).Select(i => i / 10f)];
        float[] expected = Tensor.From(gpu, [40], values).Sigmoid().ToArray();
        Parallel.For(0, 8, _ => Assert.Equal(expected, Tensor.From(gpu, [40], values).Sigmoid().ToArray()));
    }

    [Fact]
    public void Rows_of_several_pieces_are_folded_whole()
    {
        float[] values = [.. Enumerable.Range(0, 2 * 20_001).Select(i => (float)(i % 7))];
        values[20_000] = 9f;
        Tensor x = Tensor.From(Devices.Simulator, [2, 20_001], values);
        Assert.Equal([values[..20_001].Sum(), values[20_001..].Sum()], x.Sum(1).ToArray());
        Assert.Equal([9f, 6f], x.Max(1).ToArray());
    }

    [Fact]
    public void Size_classes_waste_at_most_a_quarter()
    {
        for (long bytes = 1024; bytes < 1L << 33; bytes += bytes / 7)
        {
            long size = GpuPool.SizeOf(GpuPool.Bucket(bytes));
            Assert.InRange(size, bytes, bytes * 5 / 4 + 256);
            Assert.Equal(0, size % 256);
        }
    }

    // As a part of a flat buffer may: its numbers cannot be read by fours.
    [Fact]
    public void A_tensor_may_begin_anywhere()
    {
        GpuBackend gpu = Devices.Simulator;
        float[] values = [.. Enumerable.Range(0, 17).Select(i => MathF.Sin(i))];
        Tensor whole = Tensor.From(gpu, [17], values), copy = Tensor.From(gpu, [2, 8], values.AsSpan(1)), part = new(gpu, [2, 8], whole.Storage.Slice(1, 16));
        foreach ((float expected, float actual) in Made(copy).Zip(Made(part))) Assert.Equal(expected, actual, 1e-6f);

        float[] Made(Tensor x)
        {
            Tensor y = Tensor.Zeros(gpu, [2, 8]), statistics = Tensor.Zeros(gpu, [2, 3]);
            float[] After(Action op) { op(); return y.ToArray(); }
            return [.. After(() => gpu.Map<Gelu>(x, y)), .. After(() => gpu.MapGrad<Gelu>(x, x, x, y)), .. After(() => gpu.Combine<Add>(x, x, y)), .. After(() => gpu.Dropout(x, y, 0.5f, 1, 2)),
                .. After(() => gpu.Softmax(x, y)), .. After(() => gpu.LogSoftmax(x, y)), .. After(() => gpu.LayerNorm(x, x, null, 1e-5f, y, statistics)), .. After(() => gpu.Normalize(x, 1e-6f, y, statistics))];
        }
    }
}
