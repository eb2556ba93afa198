namespace NativeSsl.Tests.Engine;

public sealed class StorageWindowTests
{
    [Fact]
    public void A_window_onto_a_window_lies_in_the_whole()
    {
        foreach (IBackend backend in Devices.All)
        {
            Tensor all = Tensor.From(backend, [16], [.. Enumerable.Range(0, 16).Select(i => (float)i)]);
            Storage outer = all.Storage.Slice(3, 10), inner = outer.Slice(2, 4);
            Assert.Equal((all.Storage, 5L, true), (inner.Whole, inner.Start, inner.IsWindow));
            Assert.Equal((all.Storage, 0L, false), (all.Storage.Whole, all.Storage.Start, all.Storage.IsWindow));
            float[] values = new float[4];
            inner.CopyTo(values);
            Assert.Equal([5, 6, 7, 8], values);
            Assert.Contains("7 … 11 of 10", Assert.Throws<ShapeException>(() => outer.Slice(7, 4)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_window_goes_with_the_whole()
    {
        foreach (IBackend backend in Devices.All)
        {
            Storage window;
            using (var step = new Step(backend)) window = Tensor.Zeros(backend, [8]).Storage.Slice(2, 4).Slice(1, 2);
            Assert.True(window.IsReleased);
            Assert.Throws<StaleTensorException>(() => window.CopyTo(new float[2]));
        }
    }
}
