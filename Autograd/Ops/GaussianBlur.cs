namespace NativeSsl;

public static partial class TensorOps
{
    extension(Tensor x)
    {
        /// <summary>Blurs every image by a bell of its own width, mirrored at the edges, as torchvision does. It has no gradient.</summary>
        /// <param name="sigmas">The deviation of each image's bell, in pixels; 0 leaves the image alone.</param>
        /// <param name="radius">The kernel is 2 radius + 1 pixels wide.</param>
        /// <returns>The shape of x, <c>[batch, height, width, channels]</c>.</returns>
        /// <exception cref="ShapeException">x is no batch of images, there is not one sigma for each, or the radius does not fit
        /// into the image.</exception>
        /// <exception cref="NativeSslException">A sigma is negative or no number.</exception>
        /// <exception cref="GradientException">A gradient is asked for.</exception>
        public Tensor GaussianBlur(ReadOnlySpan<float> sigmas, int radius)
        {
            Check.Rank("GaussianBlur", "x", x.Shape, atLeast: 4, atMost: 4);
            Check.NoGradient("GaussianBlur", x);
            if (sigmas.Length != x.Shape[0])
                throw new ShapeException($"GaussianBlur: {sigmas.Length} sigmas for {x.Shape[0]} images (x has shape {x.Shape}).");
            if (radius < 0 || radius >= x.Shape[1] || radius >= x.Shape[2])
                throw new ShapeException($"GaussianBlur: a radius of {radius} for images of {x.Shape[1]} × {x.Shape[2]}; " +
                    "it must be less than either.");
            for (int i = 0; i < sigmas.Length; i++)
                if (!(sigmas[i] >= 0f && float.IsFinite(sigmas[i])))
                    throw new NativeSslException($"GaussianBlur: sigma {i} is {sigmas[i]}; " +
                        "it must not be negative (0 leaves the image alone).");
            Tensor y = x.Like();
            x.Backend.GaussianBlur(x, Tensor.From(x.Backend, [sigmas.Length], sigmas), y, radius);
            return y;
        }
    }
}
