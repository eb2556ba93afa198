namespace NativeSsl;

public static partial class TensorOps
{
    extension(Tensor x)
    {
        /// <summary>
        /// The same numbers stored otherwise; x itself if it is so already. To BFloat16 they are rounded to nearest, ties to even, and a
        /// NaN stays one. Gradients are always Float32, and pass as if nothing had been rounded.
        /// </summary>
        /// <exception cref="UnsupportedFormatException">The format is neither Float32 nor BFloat16.</exception>
        public Tensor To(Format format)
        {
            if (format is not (Format.Float32 or Format.BFloat16))
                throw new UnsupportedFormatException($"To: a tensor of shape {x.Shape} cannot be stored as {format}; " +
                    "Float32 and BFloat16 can be had.");
            if (x.Format == format) return x;
            Tensor y = Tensor.Empty(x.Backend, x.Shape, format);
            x.Backend.Convert(x, y);
            return y.Record("to", [x], dy => [dy]);
        }
    }
}
