namespace NativeSsl;

/// <summary>A mean of the neighbourhood with normal weights, along rows and then along columns; borders repeat their last pixel.</summary>
static class GaussianBlur
{
    /// <summary>Blurs an image in place.</summary>
    /// <param name="image"><c>[height, width, channels]</c>.</param>
    /// <param name="size">Its size.</param>
    /// <param name="deviation">Of the weights, in pixels; what is farther than four deviations has none.</param>
    internal static void Apply(Span<byte> image, ImageSize size, double deviation)
    {
        int radius = (int)Math.Ceiling(4 * deviation);
        double[] weights = [.. Enumerable.Range(-radius, 2 * radius + 1).Select(i => Math.Exp(-i * i / (2 * deviation * deviation)))];
        double total = weights.Sum();
        double[] across = new double[image.Length];
        int row = size.Width * size.Channels;
        for (int i = 0; i < image.Length; i++)
        {
            int x = i % row / size.Channels;
            for (int k = -radius; k <= radius; k++)
                across[i] += weights[k + radius] / total * image[i + (Math.Clamp(x + k, 0, size.Width - 1) - x) * size.Channels];
        }
        for (int i = 0; i < image.Length; i++)
        {
            double sum = 0;
            int y = i / row;
            for (int k = -radius; k <= radius; k++)
                sum += weights[k + radius] / total * across[i + (Math.Clamp(y + k, 0, size.Height - 1) - y) * row];
            image[i] = CorruptedImages.Rounded(sum);
        }
    }
}
