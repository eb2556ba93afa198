namespace NativeSsl;

public static partial class TensorOps
{
    extension(Tensor x)
    {
        /// <summary>
        /// In a training <see cref="Step"/>, zeroes each element with probability <paramref name="rate"/> and divides the others by 1 −
        /// rate; elsewhere, and for rate 0, returns x itself. Srivastava et al. 2014, “Dropout”, in the inverted form of its section 10.
        /// The mask is a pure function of the step's seed, number and stream: the same on every device and after a resume.
        /// </summary>
        /// <param name="rate">In [0, 1).</param>
        /// <exception cref="NativeSslException">The rate is outside [0, 1).</exception>
        public Tensor Dropout(float rate)
        {
            if (!(rate >= 0f && rate < 1f))
                throw new NativeSslException($"Dropout: the rate is {rate}; it must be at least 0 and less than 1.");
            if (rate == 0f || Step.Current is not { Training: true } step) return x;
            (ulong seed, ulong stream) = (step.Seed, step.NextStream());
            return Dropped(x, Tensor.Empty(x.Backend, x.Shape, x.Format)).Record("dropout", [x], dy => [Dropped(dy, x.NewGradient())]);

            Tensor Dropped(Tensor tensor, Tensor y)
            {
                tensor.Backend.Dropout(tensor, y, rate, seed, stream);
                return y;
            }
        }
    }
}
