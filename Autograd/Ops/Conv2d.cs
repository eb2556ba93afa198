namespace NativeSsl;

public static partial class TensorOps
{
    extension(Tensor x)
    {
        /// <summary>
        /// Every output channel is a kernel laid over the image, place by place:
        /// y[p, q] = b + Σ x[s p + h − padding, s q + w − padding] · W[h, w], where x is zero outside of the image
        /// (LeCun et al. 1989, “Backpropagation applied to handwritten zip code recognition”).
        /// </summary>
        /// <param name="weight">The kernels, <c>[out, kernelHeight, kernelWidth, in / groups]</c>.</param>
        /// <param name="bias">Added to each output channel, <c>[out]</c>; nothing if null.</param>
        /// <param name="stride">Pixels of <c>x</c> from one place to the next, down and across.</param>
        /// <param name="padding">Pixels of zeros around the image.</param>
        /// <param name="groups">Into how many groups channels are divided that see nothing of each other; <c>in</c> of them make a
        /// depthwise convolution.</param>
        /// <param name="format">How the result is stored; BFloat16 on a GPU alone, for what reads it (<see cref="IBackend.ActivationFormat"/>).</param>
        /// <returns><c>[batch, outHeight, outWidth, out]</c>, where outHeight = (height + 2 padding − kernelHeight) / stride + 1,
        /// rounded down.</returns>
        /// <exception cref="ShapeException"><c>x</c> is not <c>[batch, height, width, in]</c>, weight or bias does not fit, the groups
        /// do not divide the channels, stride or padding make no sense, or the kernel is larger than the padded image.</exception>
        public Tensor Conv2d(Tensor weight, Tensor? bias = null, int stride = 1, int padding = 0, int groups = 1, Format format = Format.Float32)
        {
            Check.Rank("Conv2d", "x", x.Shape, atLeast: 4, atMost: 4);
            Check.Rank("Conv2d", "weight", weight.Shape, atLeast: 4, atMost: 4);
            CheckConvolution("Conv2d", x, weight, bias, stride, padding, groups);
            Convolution c = new(x.Shape[0], x.Shape[1], x.Shape[2], weight.Shape[3], weight.Shape[0] / groups, groups,
                weight.Shape[1], weight.Shape[2]) { StrideY = stride, StrideX = stride, PadY = padding, PadX = padding };
            return x.Convolve("Conv2d", weight, bias, c, [c.Batch, c.OutHeight, c.OutWidth, c.OutChannels], format);
        }

        Tensor Convolve(string op, Tensor weight, Tensor? bias, Convolution c, Shape shape, Format format = Format.Float32)
        {
            Tensor y = Tensor.Empty(x.Backend, shape, format);
            x.Backend.Conv2d(x, weight, bias, c, y);
            FlopCount.AddProduct(y, c.Taps);
            return y.Record(op, bias is null ? [x, weight] : [x, weight, bias], dy =>
            {
                Tensor? dx = x.RequiresGradient ? x.NewGradient() : null;
                if (dx is not null)
                {
                    x.Backend.Conv2dGradInput(dy, weight, c, dx);
                    FlopCount.AddProduct(dy, c.Taps);
                }
                Tensor?[] gradients = [dx, weight.RequiresGradient ? WeightGradientFor(weight, x, dy, c) : null];
                return bias is null ? gradients : [.. gradients, bias.RequiresGradient ? SumFor(bias, dy) : null];
            });
        }
    }

    // The gradient of a weight: straight into the gradient of a leaf, or returned.
    static Tensor? WeightGradientFor(Tensor weight, Tensor x, Tensor dy, Convolution c)
    {
        Tensor? sink = weight.GradientSink(out bool accumulate);
        Tensor gradient = sink ?? weight.Like();
        weight.Backend.Conv2dGradWeight(x, dy, c, gradient, accumulate);
        FlopCount.AddProduct(dy, c.Taps);
        return sink is null ? gradient : null;
    }

    static void CheckConvolution(string op, Tensor x, Tensor weight, Tensor? bias, int stride, int padding, int groups)
    {
        Check.SameBackend(op, x, weight);
        int outputs = weight.Shape[0], inputs = x.Shape[-1];
        if (stride < 1) throw new ShapeException($"{op}: stride is {stride}; it must be at least 1.");
        if (padding < 0) throw new ShapeException($"{op}: padding is {padding}; it must not be negative. Use Slice to take pixels away.");
        if (groups < 1 || inputs % groups != 0 || outputs % groups != 0)
            throw new ShapeException($"{op}: {groups} groups must divide the {inputs} channels of x (shape {x.Shape}) " +
                $"and the {outputs} outputs of weight (shape {weight.Shape}).");
        Check.Same(op, inputs / groups, groups == 1 ? "last axis of x" : $"last axis of x, divided into {groups} groups,", x.Shape,
            weight.Shape[-1], "last axis of weight", weight.Shape);
        for (int axis = 1; axis < x.Shape.Rank - 1; axis++)
            if (weight.Shape[axis] < 1 || weight.Shape[axis] > x.Shape[axis] + 2L * padding)
                throw new ShapeException(
                    $"{op}: the kernel is {weight.Shape[axis]} long on axis {axis} (weight of shape {weight.Shape}), but x is " +
                    $"{x.Shape[axis]} (shape {x.Shape}) with {padding} of padding on both sides. Use a smaller kernel or more padding.");
        if (bias is null) return;
        Check.SameBackend(op, x, bias);
        Check.SameShape(op, "bias", bias.Shape, "the row of outputs", [outputs]);
    }
}
