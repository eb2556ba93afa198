namespace NativeSsl;

public static partial class TensorOps
{
    extension(Tensor x)
    {
        /// <summary>
        /// Every output channel is a kernel laid along the signal: y[t] = b + Σ x[s t + k − padding] · W[k], where x is zero outside.
        /// </summary>
        /// <param name="weight">The kernels, <c>[out, kernel, in / groups]</c>.</param>
        /// <param name="bias">Added to each output channel, <c>[out]</c>; nothing if null.</param>
        /// <param name="stride">Samples of <c>x</c> from one place to the next.</param>
        /// <param name="padding">Samples of zeros at both ends.</param>
        /// <param name="groups">Into how many groups channels are divided that see nothing of each other; <c>in</c> of them make a
        /// depthwise convolution.</param>
        /// <returns><c>[batch, outTime, out]</c> with outTime = (time + 2 padding − kernel) / stride + 1, rounded down.</returns>
        /// <exception cref="ShapeException"><c>x</c> is not <c>[batch, time, in]</c>, weight or bias does not fit, the groups do
        /// not divide the channels, stride or padding make no sense, or the kernel is longer than the padded signal.</exception>
        public Tensor Conv1d(Tensor weight, Tensor? bias = null, int stride = 1, int padding = 0, int groups = 1)
        {
            Check.Rank("Conv1d", "x", x.Shape, atLeast: 3, atMost: 3);
            Check.Rank("Conv1d", "weight", weight.Shape, atLeast: 3, atMost: 3);
            CheckConvolution("Conv1d", x, weight, bias, stride, padding, groups);
            Convolution c = new(x.Shape[0], 1, x.Shape[1], weight.Shape[2], weight.Shape[0] / groups, groups, 1, weight.Shape[1])
                { StrideX = stride, PadX = padding };
            return x.Convolve("Conv1d", weight, bias, c, [c.Batch, c.OutWidth, c.OutChannels]);
        }
    }
}
