namespace NativeSsl;

public static partial class TensorOps
{
    extension(Tensor x)
    {
        /// <summary>The largest of every window of images; NaN if any is NaN. Padding is −∞. Of equal maxima the first, row by row, takes
        /// the gradient.</summary>
        /// <param name="kernel">The side of the window.</param>
        /// <param name="stride">How far it moves.</param>
        /// <param name="padding">Rows and columns added on every side, at most half the kernel.</param>
        /// <returns><c>[batch, height, width, channels]</c> to <c>[batch, (height + 2 padding − kernel) / stride + 1, …, channels]</c>,
        /// rounded down.</returns>
        /// <exception cref="ShapeException">x does not have four axes, or the window does not fit into the image or its
        /// padding.</exception>
        public Tensor MaxPool2d(int kernel, int stride, int padding = 0)
        {
            PoolWindow window = WindowOn("MaxPool2d", x, kernel, stride, padding, out Tensor y);
            x.Backend.Pool2d<Largest>(x, window, 1f, y);
            return y.Record("max pool", [x], dy =>
            {
                Tensor dx = x.NewGradient();
                x.Backend.MaxPool2dGrad(x, y, dy, window, dx);
                return [dx];
            });
        }

        /// <summary>The mean of every window of images. Padding counts: the sum is divided by kernel² everywhere (PyTorch's
        /// <c>count_include_pad</c>).</summary>
        /// <param name="kernel">The side of the window.</param>
        /// <param name="stride">How far it moves.</param>
        /// <param name="padding">Rows and columns of zeros added on every side, at most half the kernel.</param>
        /// <returns><c>[batch, height, width, channels]</c> to <c>[batch, (height + 2 padding − kernel) / stride + 1, …, channels]</c>,
        /// rounded down.</returns>
        /// <exception cref="ShapeException">x does not have four axes, or the window does not fit into the image or its
        /// padding.</exception>
        public Tensor AveragePool2d(int kernel, int stride, int padding = 0)
        {
            PoolWindow window = WindowOn("AveragePool2d", x, kernel, stride, padding, out Tensor y);
            float factor = 1f / ((float)kernel * kernel);
            x.Backend.Pool2d<Sum>(x, window, factor, y);
            return y.Record("average pool", [x], dy =>
            {
                Tensor dx = x.NewGradient();
                x.Backend.AveragePool2dGrad(dy, window, factor, dx);
                return [dx];
            });
        }

        /// <summary>The mean of every channel over the whole image: <c>[batch, height, width, channels]</c> to <c>[batch,
        /// channels]</c>.</summary>
        /// <exception cref="ShapeException">x does not have four axes, or the images have no pixels.</exception>
        /// <remarks>Lin, Chen &amp; Yan 2014, “Network in network”, section 3.2.</remarks>
        public Tensor GlobalAveragePool()
        {
            Check.Rank("GlobalAveragePool", "x", x.Shape, atLeast: 4, atMost: 4);
            if (x.Shape[1] == 0 || x.Shape[2] == 0)
                throw new ShapeException($"GlobalAveragePool: x has shape {x.Shape}; images without pixels have no mean.");
            return x.Mean([1, 2]);
        }
    }

    static PoolWindow WindowOn(string op, Tensor x, int kernel, int stride, int padding, out Tensor y)
    {
        Check.Rank(op, "x", x.Shape, atLeast: 4, atMost: 4);
        if (kernel < 1 || stride < 1) throw new ShapeException($"{op}: kernel {kernel} and stride {stride}; both must be at least 1.");
        if (padding < 0 || padding > kernel / 2)
            throw new ShapeException($"{op}: padding {padding} with kernel {kernel}; it must be between 0 and half the kernel, " +
                "or a window could lie in the padding only.");
        var window = new PoolWindow(kernel, stride, padding);
        (int rows, int columns) = (window.Places(x.Shape[1]), window.Places(x.Shape[2]));
        if (rows == 0 || columns == 0)
            throw new ShapeException($"{op}: a window of {kernel} × {kernel} does not fit into images of shape {x.Shape} " +
                $"[batch, height, width, channels] with padding {padding}. Use larger images or a smaller kernel.");
        y = Tensor.Empty(x.Backend, [x.Shape[0], rows, columns, x.Shape[3]]);
        return window;
    }
}
