namespace NativeSsl.Kernels;

/// <summary>Naive: one thread for each element.</summary>
static class RearrangeKernels
{
    public static void Move(Floats x, long xStart, Floats y, long yStart, Places from, Places to, long count)
    {
        long i = Grid.GlobalLinearIndex;
        if (i < count) y[yStart + to.Of(i)] = x[xStart + from.Of(i)];
    }
}

public sealed partial class GpuBackend
{
    /// <inheritdoc/>
    public void Rearrange(Tensor x, long xStart, Tensor y, long yStart, Shape shape, long[] xStrides, long[] yStrides)
    {
        Walk walk = new(shape, xStrides, yStrides);
        Launch(RearrangeKernels.Move, walk.Count, View(x), xStart, View(y), yStart, walk.Left, walk.Right, walk.Count);
    }
}
