namespace NativeSsl;

/// <summary>What makes the brightness of every channel zero on average, with a deviation of one: (x − mean) / deviation, x in
/// 0 … 1.</summary>
public sealed record Normalization
{
    /// <summary>As many images as tell mean and deviation to three digits.</summary>
    const int Sample = 10_000;

    /// <param name="means">The mean of each channel.</param>
    /// <param name="deviations">The deviation of each channel, above zero.</param>
    /// <exception cref="NativeSslException">There are not as many of both, or a deviation is not above zero.</exception>
    public Normalization(IReadOnlyList<float> means, IReadOnlyList<float> deviations)
    {
        if (means.Count == 0 || means.Count != deviations.Count)
            throw new NativeSslException($"Normalization: {means.Count} means and {deviations.Count} deviations; " +
                "each channel needs one of both.");
        for (int i = 0; i < means.Count; i++)
            if (!(float.IsFinite(means[i]) && float.IsFinite(deviations[i]) && deviations[i] > 0f))
                throw new NativeSslException($"Normalization: channel {i} has mean {means[i]} and deviation {deviations[i]}; " +
                    "the deviation must be above 0.");
        (Means, Deviations) = ([.. means], [.. deviations]);
    }

    /// <summary>The mean of each channel.</summary>
    public IReadOnlyList<float> Means { get; }

    /// <summary>The deviation of each channel.</summary>
    public IReadOnlyList<float> Deviations { get; }

    /// <summary>CIFAR-10, the 50,000 training images.</summary>
    public static Normalization Cifar10 { get; } = new([0.4914f, 0.4822f, 0.4465f], [0.2470f, 0.2435f, 0.2616f]);

    /// <summary>ImageNet, as torchvision has it.</summary>
    public static Normalization ImageNet { get; } = new([0.485f, 0.456f, 0.406f], [0.229f, 0.224f, 0.225f]);

    /// <summary>Measured on a set: on all of it, or on 10,000 images spread evenly over a larger one. A channel that is the same
    /// everywhere gets the deviation 1.</summary>
    /// <exception cref="NativeSslException">The set is empty.</exception>
    public static Normalization Of(IImageSource images)
    {
        if (images.Count == 0) throw new NativeSslException($"Normalization: {images.Name} has no images to measure.");
        int sample = Math.Min(images.Count, Sample), bytes = images.Size.Bytes, channels = images.Size.Channels;
        int chunk = Math.Clamp((1 << 20) / bytes, 1, sample);
        // Whole numbers: exact, whatever the order; a byte's square fits 2⁴⁷ times.
        long[] sums = new long[channels], squares = new long[channels];
        byte[] pixels = new byte[chunk * bytes];
        for (int first = 0; first < sample; first += chunk)
        {
            int count = Math.Min(chunk, sample - first);
            images.Read([.. Enumerable.Range(first, count).Select(i => (int)((long)i * images.Count / sample))], pixels);
            for (int i = 0, end = count * bytes; i < end; i += channels)
                for (int channel = 0; channel < channels; channel++)
                {
                    long value = pixels[i + channel];
                    sums[channel] += value;
                    squares[channel] += value * value;
                }
        }
        double each = (double)sample * bytes / channels;
        float[] means = [.. sums.Select(sum => (float)(sum / each / 255))];
        float[] deviations = [.. squares.Zip(sums, (square, sum) => (float)(Math.Sqrt(square / each - sum / each * (sum / each)) / 255))];
        return new Normalization(means, [.. deviations.Select(deviation => deviation > 0f ? deviation : 1f)]);
    }
}
