using System.Runtime.CompilerServices;

namespace NativeSsl;

// y[b, i, j, c] = factor · fold over the window (u, v) of x[b, i s − p + u, j s − p + v, c]: the largest, or the sum with factor 1 / k²
// Places of the padding count as the fold's start: −∞ for the largest, 0 for the sum.

/// <summary>How a square window moves over images.</summary>
/// <param name="Kernel">k, its side.</param>
/// <param name="Stride">s, how far it moves.</param>
/// <param name="Padding">p, the rows and columns added on every side.</param>
public readonly record struct PoolWindow(int Kernel, int Stride, int Padding)
{
    /// <summary>How many places there are along an axis; none if the window is longer than the padded axis.</summary>
    public int Places(int length) => length + 2 * Padding < Kernel ? 0 : (length + 2 * Padding - Kernel) / Stride + 1;
    /// <summary>The first index of a place, inside the axis.</summary>
    public int First(int place) => Math.Max(0, place * Stride - Padding);
    /// <summary>The index behind the last of a place, inside the axis.</summary>
    public int End(int place, int length) => Math.Min(length, place * Stride - Padding + Kernel);
}

public partial interface IBackend
{
    /// <summary>y ← factor · fold of every window. Shapes: x <c>[batch, height, width, channels]</c>, y 
    /// <c>[batch, rows, columns, channels]</c>.</summary>
    void Pool2d<R>(Tensor x, PoolWindow window, float factor, Tensor y) where R : struct, IReduction;
    /// <summary>dx ← the sum of dy over the windows whose first maximum is there; of a window with a NaN, its first place.</summary>
    void MaxPool2dGrad(Tensor x, Tensor y, Tensor dy, PoolWindow window, Tensor dx);
    /// <summary>dx ← factor · the sum of dy over the windows that see the place.</summary>
    void AveragePool2dGrad(Tensor dy, PoolWindow window, float factor, Tensor dx);
}

public sealed partial class CpuBackend
{
    /// <inheritdoc/>
    public unsafe void Pool2d<R>(Tensor x, PoolWindow window, float factor, Tensor y) where R : struct, IReduction
    {
        if (y.Shape.Count == 0) return;
        var images = new PooledImages(x.Shape, y.Shape, window);
        RunRows(new PoolRows<R>(Floats(x), images, factor, Floats(y)), y.Shape.Rows, images.Channels * window.Kernel * window.Kernel);
    }

    /// <inheritdoc/>
    public unsafe void MaxPool2dGrad(Tensor x, Tensor y, Tensor dy, PoolWindow window, Tensor dx) =>
        Run(new PoolSlopes(Floats(x), Floats(y), Floats(dy), new PooledImages(dx.Shape, dy.Shape, window), 1f, Floats(dx)), dx.Shape[0]);

    /// <inheritdoc/>
    public unsafe void AveragePool2dGrad(Tensor dy, PoolWindow window, float factor, Tensor dx) =>
        Run(new PoolSlopes(null, null, Floats(dy), new PooledImages(dx.Shape, dy.Shape, window), factor, Floats(dx)), dx.Shape[0]);

    readonly struct PooledImages(Shape x, Shape y, PoolWindow window)
    {
        internal PoolWindow Window => window;
        internal int Height { get; } = x[1];
        internal int Width { get; } = x[2];
        internal int Channels { get; } = x[3];
        internal int Rows { get; } = y[1];
        internal int Columns { get; } = y[2];
    }

    readonly unsafe struct PoolRows<R>(float* x, PooledImages images, float factor, float* y) : IRowKernel where R : struct, IReduction
    {
        [MethodImpl(Compile.Loop)]
        public void Row<T>(long place) where T : struct, IWide<T>
        {
            PoolWindow window = images.Window;
            int column = (int)(place % images.Columns), row = (int)(place / images.Columns % images.Rows), channels = images.Channels;
            int top = window.First(row), bottom = window.End(row, images.Height);
            int left = window.First(column), right = window.End(column, images.Width);
            float* image = x + place / images.Columns / images.Rows * images.Height * images.Width * channels;
            float* output = y + place * channels;
            T scale = T.Of(factor);
            for (int c = 0; c < channels; c += Lanes.Count)
            {
                T total = T.Of(R.Start);
                for (int i = top; i < bottom; i++)
                {
                    float* input = image + ((long)i * images.Width + left) * channels + c;
                    for (int j = left; j < right; j++, input += channels) total = R.Take(total, T.Load(input));
                }
                if (channels - c >= Lanes.Count) T.Store(total * scale, output + c);
                else T.Store(total * scale, output + c, channels - c);
            }
        }
    }

    // Windows overlap, so one thread walks over all of an image, in order. Without x and y every place of a window has its share.
    readonly unsafe struct PoolSlopes(float* x, float* y, float* dy, PooledImages images, float factor, float* dx) : IKernel
    {
        public void Part<T>(int image) where T : struct, IWide<T>
        {
            long inputs = (long)images.Height * images.Width * images.Channels;
            long outputs = (long)images.Rows * images.Columns * images.Channels;
            float* target = dx + image * inputs;
            for (long i = 0; i < inputs; i += int.MaxValue) new Span<float>(target + i, (int)Math.Min(int.MaxValue, inputs - i)).Clear();
            for (int row = 0; row < images.Rows; row++)
                for (int column = 0; column < images.Columns; column++)
                {
                    long place = image * outputs + ((long)row * images.Columns + column) * images.Channels;
                    Window<T>(row, column, x == null ? null : x + image * inputs, y == null ? null : y + place, dy + place, target);
                }
        }

        [MethodImpl(Compile.Loop)]
        void Window<T>(int row, int column, float* input, float* largest, float* slope, float* target) where T : struct, IWide<T>
        {
            PoolWindow window = images.Window;
            int channels = images.Channels, top = window.First(row), bottom = window.End(row, images.Height);
            int left = window.First(column), right = window.End(column, images.Width);
            T scale = T.Of(factor), none = T.Of(0f);
            for (int c = 0; c < channels; c += Lanes.Count)
            {
                int count = Math.Min(Lanes.Count, channels - c);
                T share = T.Load(slope + c) * scale;
                for (int i = top; i < bottom; i++)
                    for (int j = left; j < right; j++)
                    {
                        long place = ((long)i * images.Width + j) * channels + c;
                        T own = share;
                        if (input != null)
                        {
                            T value = T.Load(input + place), most = T.Load(largest + c);
                            own = T.IfLess(value, most, none, share);                   // the first that is not less takes all
                            share = T.IfLess(value, most, share, none);
                        }
                        T sum = T.Load(target + place) + own;
                        if (count == Lanes.Count) T.Store(sum, target + place);
                        else T.Store(sum, target + place, count);
                    }
            }
        }
    }
}
