namespace NativeSsl.Kernels;

/// <summary>One thread for each output; going back, one thread for each input, which looks at all windows that see it.</summary>
static class PoolKernels
{
    public static void Forward<R>(Floats x, PoolWindow window, float factor, Floats y, int height, int width, int channels, int rows,
        int columns, long count) where R : struct, IReduction
    {
        long place = Grid.GlobalLinearIndex;
        if (place >= count) return;
        int c = (int)(place % channels), column = (int)(place / channels % columns), row = (int)(place / channels / columns % rows);
        long image = place / channels / columns / rows * height;
        Scalar total = new(R.Start);
        for (int i = window.First(row); i < window.End(row, height); i++)
            for (int j = window.First(column); j < window.End(column, width); j++)
                total = R.Take(total, new Scalar(x[((image + i) * width + j) * channels + c]));
        y[place] = total.Value * factor;
    }

    public static void MaxBackward(Floats x, Floats y, Floats dy, PoolWindow window, Floats dx, int height, int width, int channels,
        int rows, int columns, long count)
    {
        long place = Grid.GlobalLinearIndex;
        if (place >= count) return;
        int c = (int)(place % channels), j = (int)(place / channels % width), i = (int)(place / channels / width % height);
        long batch = place / channels / width / height;
        float sum = 0f;
        for (int row = FirstPlace(window, i); row < rows && window.First(row) <= i; row++)
            for (int column = FirstPlace(window, j); column < columns && window.First(column) <= j; column++)
            {
                long output = ((batch * rows + row) * columns + column) * channels + c;
                if (IsFirst(x, y[output], window, batch, row, column, i, j, c, height, width, channels)) sum += dy[output];
            }
        dx[place] = sum;
    }

    // Whether (i, j) is the first of its window that is not less than the largest.
    static bool IsFirst(Floats x, float largest, PoolWindow window, long batch, int row, int column, int i, int j, int c, int height,
        int width, int channels)
    {
        if (x[((batch * height + i) * width + j) * channels + c] < largest) return false;
        for (int u = window.First(row); u <= i; u++)
        {
            int end = u == i ? j : window.End(column, width);
            for (int v = window.First(column); v < end; v++)
                if (!(x[((batch * height + u) * width + v) * channels + c] < largest)) return false;
        }
        return true;
    }

    public static void AverageBackward(Floats dy, PoolWindow window, float factor, Floats dx, int height, int width, int channels, int rows,
        int columns, long count)
    {
        long place = Grid.GlobalLinearIndex;
        if (place >= count) return;
        int c = (int)(place % channels), j = (int)(place / channels % width), i = (int)(place / channels / width % height);
        long batch = place / channels / width / height;
        float sum = 0f;
        for (int row = FirstPlace(window, i); row < rows && window.First(row) <= i; row++)
            for (int column = FirstPlace(window, j); column < columns && window.First(column) <= j; column++)
                sum += dy[((batch * rows + row) * columns + column) * channels + c];
        dx[place] = sum * factor;
    }

    // The first window that reaches index i: the smallest place with place · stride − padding + kernel > i.
    static int FirstPlace(PoolWindow window, int i)
    {
        int behind = i + window.Padding - window.Kernel;
        return behind < 0 ? 0 : behind / window.Stride + 1;
    }
}

public sealed partial class GpuBackend
{
    /// <inheritdoc/>
    public void Pool2d<R>(Tensor x, PoolWindow window, float factor, Tensor y) where R : struct, IReduction =>
        Launch(PoolKernels.Forward<R>, y.Shape.Count, View(x), window, factor, View(y),
            x.Shape[1], x.Shape[2], x.Shape[3], y.Shape[1], y.Shape[2], y.Shape.Count);

    /// <inheritdoc/>
    public void MaxPool2dGrad(Tensor x, Tensor y, Tensor dy, PoolWindow window, Tensor dx) =>
        Launch(PoolKernels.MaxBackward, x.Shape.Count, View(x), View(y), View(dy), window, View(dx),
            x.Shape[1], x.Shape[2], x.Shape[3], y.Shape[1], y.Shape[2], x.Shape.Count);

    /// <inheritdoc/>
    public void AveragePool2dGrad(Tensor dy, PoolWindow window, float factor, Tensor dx) =>
        Launch(PoolKernels.AverageBackward, dx.Shape.Count, View(dy), window, factor, View(dx),
            dx.Shape[1], dx.Shape[2], dx.Shape[3], dy.Shape[1], dy.Shape[2], dx.Shape.Count);
}
