namespace NativeSsl.Kernels;

/// <summary>How windows lie over images whose channels come in packs.</summary>
readonly struct PoolPlaces(PoolWindow window, int height, int width, int packs, int rows, int columns)
{
    // An image without pixels, or without channels, has no place to be found.
    readonly Divisor _packs = new(Math.Max(1, packs)), _columns = new(Math.Max(1, columns)), _rows = new(Math.Max(1, rows)), _width = new(Math.Max(1, width)), _height = new(Math.Max(1, height));

    public PoolWindow Window => window;
    public int Height => height;
    public int Width => width;
    public int Rows => rows;
    public int Columns => columns;

    /// <summary>Image, row, column and pack of the place-th output.</summary>
    public (int Image, int Row, int Column, int Pack) Output(int place)
    {
        int pixel = _packs.Into(place), line = _columns.Into(pixel);
        return (_rows.Into(line), _rows.Rest(line), _columns.Rest(pixel), _packs.Rest(place));
    }

    /// <summary>Image, row, column and pack of the place-th input.</summary>
    public (int Image, int Row, int Column, int Pack) Input(int place)
    {
        int pixel = _packs.Into(place), line = _width.Into(pixel);
        return (_height.Into(line), _height.Rest(line), _width.Rest(pixel), _packs.Rest(place));
    }

    public long InputPlace(int image, int row, int column, int pack) => Place.Of((image * height + row) * width + column, packs, pack);

    public long OutputPlace(int image, int row, int column, int pack) => Place.Of((image * rows + row) * columns + column, packs, pack);

    /// <summary>The first window that reaches an index: the smallest place with place · stride − padding + kernel beyond it.</summary>
    public int FirstWindow(int index)
    {
        int behind = index + window.Padding - window.Kernel;
        return behind < 0 ? 0 : behind / window.Stride + 1;
    }
}

/// <summary>A thread to a pack of neighbouring channels of each output; going back, of each input, whose thread looks at all windows that see it.</summary>
static class PoolKernels<V> where V : struct, IPack<V>
{
    public static void Forward<R>(Floats x, PoolPlaces places, float factor, Floats y, int count) where R : struct, IReduction
    {
        int place = (int)Grid.GlobalLinearIndex;
        if (place >= count) return;
        var (image, row, column, pack) = places.Output(place);
        V total = V.Of(R.Start);
        for (int i = places.Window.First(row); i < places.Window.End(row, places.Height); i++)
            for (int j = places.Window.First(column); j < places.Window.End(column, places.Width); j++)
                total = V.Take<R>(total, V.At(x, places.InputPlace(image, i, j, pack)));
        V.Set(y, place, total * V.Of(factor));
    }

    public static void AverageBackward(Floats dy, PoolPlaces places, float factor, Floats dx, int count)
    {
        int place = (int)Grid.GlobalLinearIndex;
        if (place >= count) return;
        var (image, i, j, pack) = places.Input(place);
        V sum = V.Of(0f);
        for (int row = places.FirstWindow(i); row < places.Rows && places.Window.First(row) <= i; row++)
            for (int column = places.FirstWindow(j); column < places.Columns && places.Window.First(column) <= j; column++)
                sum += V.At(dy, places.OutputPlace(image, row, column, pack));
        V.Set(dx, place, sum * V.Of(factor));
    }

    public static void MaxBackward(Floats x, Floats y, Floats dy, PoolPlaces places, Floats dx, int count)
    {
        int place = (int)Grid.GlobalLinearIndex;
        if (place >= count) return;
        var (image, i, j, pack) = places.Input(place);
        V own = V.At(x, place), sum = V.Of(0f);
        for (int row = places.FirstWindow(i); row < places.Rows && places.Window.First(row) <= i; row++)
            for (int column = places.FirstWindow(j); column < places.Columns && places.Window.First(column) <= j; column++)
            {
                long output = places.OutputPlace(image, row, column, pack);
                sum += IfFirst(x, own, V.At(y, output), V.At(dy, output), places, image, row, column, i, j, pack);
            }
        V.Set(dx, place, sum);
    }

    // The window's slope where (i, j) is the first of it that is not less than the largest, zero elsewhere.
    static V IfFirst(Floats x, V own, V largest, V slope, PoolPlaces places, int image, int row, int column, int i, int j, int pack)
    {
        V gets = V.IfLess(own, largest, V.Of(0f), slope);
        for (int u = places.Window.First(row); u <= i; u++)
        {
            int end = u == i ? j : places.Window.End(column, places.Width);
            for (int v = places.Window.First(column); v < end; v++)
                gets = V.IfLess(V.At(x, places.InputPlace(image, u, v, pack)), largest, gets, V.Of(0f));
        }
        return gets;
    }
}

public sealed partial class GpuBackend
{
    /// <inheritdoc/>
    public void Pool2d<R>(Tensor x, PoolWindow window, float factor, Tensor y) where R : struct, IReduction
    {
        PoolPlaces places = Pooled(x, y, window, ByFours(x, y), out int pack);
        int count = (int)(y.Shape.Count / pack);
        Launch(pack == 1 ? PoolKernels<Float1>.Forward<R> : PoolKernels<Float4>.Forward<R>, count, View(x), places, factor, View(y), count);
    }

    /// <inheritdoc/>
    public void MaxPool2dGrad(Tensor x, Tensor y, Tensor dy, PoolWindow window, Tensor dx)
    {
        PoolPlaces places = Pooled(x, y, window, ByFours(x, y, dy, dx), out int pack);
        int count = (int)(x.Shape.Count / pack);
        Launch(pack == 1 ? PoolKernels<Float1>.MaxBackward : PoolKernels<Float4>.MaxBackward, count, View(x), View(y), View(dy), places, View(dx), count);
    }

    /// <inheritdoc/>
    public void AveragePool2dGrad(Tensor dy, PoolWindow window, float factor, Tensor dx)
    {
        PoolPlaces places = Pooled(dx, dy, window, ByFours(dy, dx), out int pack);
        int count = (int)(dx.Shape.Count / pack);
        Launch(pack == 1 ? PoolKernels<Float1>.AverageBackward : PoolKernels<Float4>.AverageBackward, count, View(dy), places, factor, View(dx), count);
    }

    static PoolPlaces Pooled(Tensor x, Tensor y, PoolWindow window, bool byFours, out int pack)
    {
        pack = byFours ? Float4.Count : 1;
        return new(window, x.Shape[1], x.Shape[2], x.Shape[3] / pack, y.Shape[1], y.Shape[2]);
    }
}
