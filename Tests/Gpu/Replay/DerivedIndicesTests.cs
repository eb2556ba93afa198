using NativeSsl.Kernels;

namespace NativeSsl.Tests.Gpu;

/// <summary>What the host makes of a step's indices, and of what it has made of them, is made anew when the step is done again on others.</summary>
public sealed class DerivedIndicesTests : IDisposable
{
    readonly GpuBackend _gpu = GpuBackend.Simulator();
    readonly Tensor _table, _sum;
    readonly Parameters _parameters;
    int _made;

    public DerivedIndicesTests()
    {
        (_table, _sum) = (Tensor.From(_gpu, [8, 1], 0f, 1f, 2f, 3f, 4f, 5f, 6f, 7f), Tensor.Zeros(_gpu, [2, 1]));
        _parameters = new Parameters([new("some", [("weight", Tensor.Zeros(_gpu, [1]).RequireGradient())])]);
    }

    public void Dispose() => _gpu.Dispose();

    // sum ← sum + table at (2 (x + 1)) of the two in the middle of x
    bool Run(RecordedStep recorded, long number, params int[] values)
    {
        using var step = new Step(_gpu, number: (ulong)number);
        return recorded.TryRun(number, [], [Indices.From(_gpu, [2, 2], values)], "", (_, indices) =>
        {
            Indices middle = indices[0].Reshape([4]).Slice(1, 2), one = middle.Derive([2], x => Each(x, i => i + 1)), two = one.Derive([1, 2], x => Each(x, i => 2 * i));
            using (Tape.NoGradient()) _gpu.Accumulate(_table.Gather(two.Reshape([2])), _sum);
        }, () => () => { });
    }

    int[] Each(ReadOnlyMemory<int> values, Func<int, int> make)
    {
        _made++;
        return [.. values.ToArray().Select(make)];
    }

    [Fact]
    public void As_a_step_in_full_would_make_it()
    {
        using var recorded = new RecordedStep(_parameters, [_table, _sum]);
        Assert.True(Run(recorded, 0, 7, 0, 1, 7));
        Assert.Equal([2f, 4f], _sum.ToArray());
        Assert.True(Run(recorded, 1, 5, 2, 0, 6));
        Assert.Equal([2f + 6f, 4f + 2f], _sum.ToArray());
        Assert.Equal((1L, 4), (recorded.Replayed, _made));
    }

    [Fact]
    public void Nobody_looks_at_it_while_the_step_is_recorded()
    {
        using var recorded = new RecordedStep(_parameters, []);
        using var step = new Step(_gpu);
        Assert.False(recorded.TryRun(0, [], [Indices.From(_gpu, [1], 3)], "", (_, indices) => Assert.Equal(3, indices[0].Derive([1], x => x.ToArray()).Max), () => () => { }));
        Assert.Contains("looks at indices", recorded.About);
    }

    [Fact]
    public void What_is_made_is_looked_at_for_what_lies_outside()
    {
        using var recorded = new RecordedStep(_parameters, [_table, _sum]);
        Run(recorded, 0, 0, 0, 1, 0);
        Assert.Contains("index 8", Assert.Throws<IndexException>(() => Run(recorded, 1, 0, 3, 1, 0)).Message);
        Assert.Equal([2f, 4f], _sum.ToArray());
        Assert.Contains("index 10", Assert.Throws<IndexException>(() => { using var step = new Step(_gpu); _table.Gather(Indices.From(_gpu, [1], 4).Derive([1], x => Each(x, i => 2 * (i + 1)))); }).Message);
        Assert.Throws<ShapeException>(() => Indices.From(_gpu, [2], 1, 2).Derive([3], x => x.ToArray()));
    }
}
