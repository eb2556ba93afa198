namespace NativeSsl;

public static partial class TensorOps
{
    extension(Tensor x)
    {
        /// <summary>
        /// Changes the colours of every image, 0 … 1, by steps of its own, one after the other, as torchvision defines them; then, where
        /// they are given, takes the means away and divides by the deviations, channel by channel. One pass over memory; no gradient.
        /// </summary>
        /// <param name="steps">The steps of the first image, of the second, …: as many for each.</param>
        /// <param name="means">One for each channel, or none.</param>
        /// <param name="deviations">Likewise; above zero.</param>
        /// <returns>The shape of x, <c>[batch, height, width, channels]</c>, with one or three channels.</returns>
        /// <exception cref="ShapeException">x is no batch of images, there are not as many steps for each, or not as many means as
        /// channels.</exception>
        /// <exception cref="NativeSslException">A step or its factor does not exist.</exception>
        /// <exception cref="GradientException">A gradient is asked for.</exception>
        public Tensor AdjustColors(
            ReadOnlySpan<ColorStep> steps, ReadOnlySpan<float> means = default, ReadOnlySpan<float> deviations = default)
        {
            Check.Rank("AdjustColors", "x", x.Shape, atLeast: 4, atMost: 4);
            Check.NoGradient("AdjustColors", x);
            int batch = x.Shape[0], channels = x.Shape[3], count = batch == 0 ? 0 : steps.Length / batch;
            if (channels is not (1 or 3))
                throw new ShapeException($"AdjustColors: x has {channels} channels (shape {x.Shape}); " +
                    "colours have one (grey) or three (red, green, blue).");
            if (count * batch != steps.Length)
                throw new ShapeException($"AdjustColors: {steps.Length} steps for {batch} images; " +
                    "each image needs as many (None fills up).");
            if (means.Length != deviations.Length || (means.Length != 0 && means.Length != channels))
                throw new ShapeException($"AdjustColors: {means.Length} means and {deviations.Length} deviations for {channels} channels.");
            float[] numbers = new float[2 * steps.Length], affine = new float[2 * channels];
            for (int i = 0; i < steps.Length; i++)
            {
                CheckStep(steps[i], i / Math.Max(1, count));
                (numbers[2 * i], numbers[2 * i + 1]) = ((float)steps[i].Change, steps[i].Factor);
            }
            for (int channel = 0; channel < channels; channel++)
            {
                (float mean, float deviation) = means.Length == 0 ? (0f, 1f) : (means[channel], deviations[channel]);
                if (!(deviation > 0f && float.IsFinite(deviation) && float.IsFinite(mean)))
                    throw new NativeSslException($"AdjustColors: channel {channel} has mean {mean} and deviation {deviation}; " +
                        "the deviation must be above 0.");
                (affine[channel], affine[channels + channel]) = (1f / deviation, -mean / deviation);
            }
            Tensor y = x.Like();
            x.Backend.AdjustColors(x, Tensor.From(x.Backend, [batch, count, 2], numbers), Tensor.From(x.Backend, [2, channels], affine), y);
            return y;
        }
    }

    static void CheckStep(ColorStep step, int image)
    {
        bool known = step.Change is >= ColorChange.None and <= ColorChange.Solarize;
        bool within = step.Change == ColorChange.Hue ? step.Factor is >= -0.5f and <= 0.5f
            : step.Factor >= 0f && float.IsFinite(step.Factor);
        if (!known || !within)
            throw new NativeSslException($"AdjustColors: image {image} has the step {step.Change} with factor {step.Factor}; " +
                "hue takes −0.5 to 0.5, everything else what is not negative.");
    }
}
