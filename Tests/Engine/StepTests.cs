namespace NativeSsl.Tests.Engine;

/// <summary>Memory inside a step comes from the pool and goes back at its end; what is touched too late says so.</summary>
public sealed class StepTests
{
    readonly CpuBackend _cpu = new(1);

    Tensor Ones(params int[] shape) => Tensor.Full(_cpu, shape, 1f);

    [Fact]
    public void Use_after_the_step_is_a_typed_error()
    {
        Tensor x;
        using (new Step(_cpu)) x = Ones(3);
        Assert.True(x.Storage.IsReleased);
        Assert.Contains("Keep()", Assert.Throws<StaleTensorException>(() => x.ToArray()).Message);
        Assert.Throws<StaleTensorException>(() => x.Softmax());
        Assert.Throws<StaleTensorException>(() => x.Keep());
    }

    [Fact]
    public void What_is_kept_and_what_was_made_outside_survives()
    {
        Tensor outside = Ones(3), kept, lasting;
        using (new Step(_cpu))
        {
            kept = outside.Softmax().Keep();
            lasting = Tensor.Lasting(_cpu, [3]);
            _cpu.Copy(outside, lasting);
        }
        Assert.Equal([1f / 3, 1f / 3, 1f / 3], kept.ToArray());
        Assert.Equal([1f, 1f, 1f], outside.ToArray());
        Assert.Equal([1f, 1f, 1f], lasting.ToArray());
    }

    // Outside of the pool they would be pinned arrays, new ones in every step, which only the rarest of collections frees.
    [Fact]
    public void Indices_are_lent_like_tensors()
    {
        Indices indices, kept;
        using (new Step(_cpu))
        {
            indices = Indices.From(_cpu, [2, 2], 3, 1, 4, 1);
            Assert.True(_cpu.PoolBytesInUse >= 16);
            kept = indices.Keep();
        }
        Assert.Equal(0, _cpu.PoolBytesInUse);
        Tensor table = Tensor.From(_cpu, [5, 1], 0, 10, 20, 30, 40);
        Assert.Throws<StaleTensorException>(() => table.Gather(indices));
        Assert.Equal([30f, 10f, 40f, 10f], table.Gather(kept).ToArray());
        Assert.Equal((kept.Min, kept.Max), (indices.Min, indices.Max));
    }

    [Fact]
    public void A_slice_of_memory_is_stale_with_its_whole()
    {
        Storage slice;
        using (new Step(_cpu)) slice = Ones(4).Storage.Slice(1, 2);
        Assert.True(slice.IsReleased);
        Assert.Throws<StaleTensorException>(() => slice.CopyTo(new float[2]));
    }

    [Fact]
    public void Memory_is_used_again()
    {
        for (int i = 0; i < 3; i++)
        {
            using (new Step(_cpu)) Assert.Equal(0.001f, Ones(1000).Softmax().Sigmoid().Softmax().ToArray()[0], 1e-6f);
            Assert.Equal(0, _cpu.PoolBytesInUse);
        }
        long held = _cpu.PoolBytes;
        for (int i = 0; i < 100; i++)
            using (new Step(_cpu)) Ones(1000).Softmax().Sigmoid().Softmax();
        Assert.Equal(held, _cpu.PoolBytes);
        _cpu.TrimPool();
        Assert.Equal(0, _cpu.PoolBytes);
    }

    [Fact]
    public void An_inner_step_ends_before_the_outer_one()
    {
        using var outer = new Step(_cpu, training: true);
        Tensor x = Ones(2), y;
        using (var inner = new Step(_cpu))
        {
            Assert.Same(inner, Step.Current);
            y = x.Softmax();
        }
        Assert.Same(outer, Step.Current);
        Assert.True(y.Storage.IsReleased);
        Assert.Equal([1f, 1f], x.ToArray());

        var forgotten = new Step(_cpu);
        Assert.Throws<NativeSslException>(outer.Dispose);
        forgotten.Dispose();
    }

    [Fact]
    public void A_step_of_one_device_lends_nothing_to_another()
    {
        var other = new CpuBackend(1);
        using var step = new Step(_cpu);
        Assert.Null(Step.Of(other));
        Tensor.Full(other, [10], 1f);
        Assert.Equal(0, other.PoolBytes);
    }

    [Fact]
    public void Other_threads_do_not_see_the_step()
    {
        using var step = new Step(_cpu);
        Step? seen = step;
        Tensor? made = null;
        var thread = new Thread(() => (seen, made) = (Step.Current, Ones(3)));
        thread.Start();
        thread.Join();
        Assert.Null(seen);
        Assert.Same(step, Step.Current);
        step.Dispose();
        Assert.Equal([1f, 1f, 1f], made!.ToArray());
    }

    // The awaiting flow has a step on a thread that meanwhile works for somebody else.
    [Fact]
    public void Other_work_on_the_thread_of_a_waiting_step_does_not_see_it()
    {
        Step? step = null, seenInside = null, seenAfter = null;
        ExecutionContext clean = ExecutionContext.Capture()!;
        var thread = new Thread(() =>
        {
            step = new Step(_cpu);
            ExecutionContext mine = ExecutionContext.Capture()!;
            ExecutionContext.Run(clean, _ =>
            {
                seenInside = Step.Current;
                using var own = new Step(_cpu);
                Ones(3).Softmax();
            }, null);
            ExecutionContext.Run(mine, _ => seenAfter = Step.Current, null);
            step.Dispose();
        });
        thread.Start();
        thread.Join();
        Assert.Null(seenInside);
        Assert.NotNull(step);
        Assert.Same(step, seenAfter);
    }

    [Fact]
    public async Task Work_after_an_await_does_not_see_a_step_of_the_thread_it_lands_on()
    {
        Step? seen = await Task.Run(async () =>
        {
            var step = new Step(_cpu);
            int thread = Environment.CurrentManagedThreadId;
            await Task.Delay(5).ConfigureAwait(false);
            return thread == Environment.CurrentManagedThreadId ? null : Step.Current;
        });
        Assert.Null(seen);
        Assert.Null(await Task.Run(() => Step.Current));
    }

    [Fact]
    public void A_step_is_ended_on_its_own_thread()
    {
        var step = new Step(_cpu);
        Exception? failure = null;
        var thread = new Thread(() => failure = Record.Exception(step.Dispose));
        thread.Start();
        thread.Join();
        step.Dispose();
        Assert.Contains("another thread", Assert.IsType<NativeSslException>(failure).Message);
    }

    [Fact]
    public void Streams_follow_from_the_number_of_the_step()
    {
        ulong[] first = Draw(7), again = Draw(7), next = Draw(8);
        Assert.Equal(first, again);
        Assert.Equal(6, first.Concat(next).Distinct().Count());

        ulong[] Draw(ulong number)
        {
            using var step = new Step(_cpu, number: number);
            return [step.NextStream(), step.NextStream(), step.NextStream()];
        }
    }

    [Theory, InlineData(true), InlineData(false)]
    public void Eight_threads_at_once_give_the_same_bits_as_one(bool inStep)
    {
        var shared = new CpuBackend(2);
        float[] data = [.. Enumerable.Range(0, 64 * 257).Select(i => MathF.Sin(i))];
        Tensor gamma = Tensor.Full(shared, [257], 0.7f);
        float[] expected = Embed();
        Parallel.For(0, 8, new ParallelOptions { MaxDegreeOfParallelism = 8 }, _ =>
        {
            for (int i = 0; i < 20; i++) Assert.Equal(expected, Embed());
        });

        float[] Embed()
        {
            using Step? step = inStep ? new Step(shared) : null;
            return Tensor.From(shared, [64, 257], data).LayerNorm(gamma).Softmax().Sigmoid().Normalize().ToArray();
        }
    }
}
