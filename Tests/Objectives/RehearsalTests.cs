namespace NativeSsl.Tests.Objectives;

public sealed class RehearsalTests
{
    sealed class Numbered(int of, long? epoch) : IViewSource
    {
        static readonly CpuBackend Cpu = new(1);

        public Views Draw(long draw) => new() { Indices = [Indices.From(Cpu, [2], [of, (int)draw])] };
        public IEnumerable<Views> Everything() => [Draw(0), Draw(1)];
        public long? DrawsPerEpoch => epoch;
    }

    static (int, int) Of(Views views) => (views.Indices[0].Values.Span[0], views.Indices[0].Values.Span[1]);

    [Fact]
    public void The_last_of_every_few_batches_is_an_old_one_and_none_is_left_out()
    {
        var both = new Rehearsal(new Numbered(1, 10), new Numbered(2, 5), every: 4);
        Assert.Equal([(1, 0), (1, 1), (1, 2), (2, 0), (1, 3), (1, 4), (1, 5), (2, 1), (1, 6)], Enumerable.Range(0, 9).Select(i => Of(both.Draw(i))));
        Assert.Equal([(1, 0), (1, 1)], both.Everything().Select(Of));
        Assert.Equal([(1, 0), (2, 0), (1, 1)], Enumerable.Range(0, 3).Select(i => Of(new Rehearsal(new Numbered(1, 1), new Numbered(2, 1), every: 2).Draw(i))));
    }

    // Ten new batches: 0-2, old, 3-5, old, 6-8, old, 9.
    [Fact]
    public void An_epoch_is_over_when_all_that_is_new_was_seen()
    {
        Assert.Equal(13, new Rehearsal(new Numbered(1, 10), new Numbered(2, 5), every: 4).DrawsPerEpoch);
        Assert.Equal(11, new Rehearsal(new Numbered(1, 9), new Numbered(2, 5), every: 4).DrawsPerEpoch);
        Assert.Null(new Rehearsal(new Numbered(1, null), new Numbered(2, 5), every: 4).DrawsPerEpoch);
    }

    [Theory, InlineData(1), InlineData(0), InlineData(-3)]
    public void One_of_one_would_be_nothing_new(int every) =>
        Assert.Contains($"every is {every}", Assert.Throws<NativeSslException>(() => new Rehearsal(new Numbered(1, 1), new Numbered(2, 1), every)).Message, StringComparison.Ordinal);
}
