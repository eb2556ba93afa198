namespace NativeSsl;

/// <summary>
/// Bilinear resizing of bytes, antialiased: when an image shrinks, the triangle under which a pixel gathers its neighbours is as much wider
/// as the image gets smaller, so that every pixel counts and fine patterns become grey instead of coarse ones.
/// </summary>
static class ImageResize
{
    /// <summary>Resizes an image. Height and width change independently; one of the same size is copied.</summary>
    /// <param name="source"><c>[height, width, channels]</c>.</param>
    /// <param name="size">Its size.</param>
    /// <param name="target">Receives <c>[height, width, channels]</c>.</param>
    /// <param name="height">Rows of the result.</param>
    /// <param name="width">Pixels in a row of the result.</param>
    /// <exception cref="ShapeException">A span has not the length of its image.</exception>
    internal static void Bilinear(ReadOnlySpan<byte> source, ImageSize size, Span<byte> target, int height, int width)
    {
        ImageSize wanted = new(height, width, size.Channels);
        if (source.Length != size.Bytes || target.Length != wanted.Bytes)
            throw new ShapeException($"ImageResize: {source.Length} bytes for {size} and {target.Length} for {wanted}.");
        if (size == wanted)
        {
            source.CopyTo(target);
            return;
        }
        // rows first, into [source height, width, channels]
        float[] narrow = new float[checked(size.Height * width * size.Channels)];
        Span<float> sums = stackalloc float[4];
        sums = sums[..size.Channels];
        Taps[] across = Weigh(size.Width, width), down = Weigh(size.Height, height);
        for (int y = 0; y < size.Height; y++)
            for (int x = 0; x < width; x++)
            {
                sums.Clear();
                for (int i = 0; i < across[x].Weights.Length; i++)
                    for (int c = 0; c < sums.Length; c++)
                        sums[c] += across[x].Weights[i] * source[(y * size.Width + across[x].First + i) * sums.Length + c];
                sums.CopyTo(narrow.AsSpan((y * width + x) * sums.Length));
            }
        int row = width * size.Channels;
        for (int y = 0; y < height; y++)
            for (int x = 0; x < row; x++)
            {
                float sum = 0;
                for (int i = 0; i < down[y].Weights.Length; i++) sum += down[y].Weights[i] * narrow[(down[y].First + i) * row + x];
                target[y * row + x] = (byte)(Math.Clamp(sum, 0, 255) + 0.5f);
            }
    }

    /// <summary>From which pixels one of the result is made, and how much of each.</summary>
    readonly record struct Taps(int First, float[] Weights);

    static Taps[] Weigh(int from, int to)
    {
        Taps[] taps = new Taps[to];
        double scale = (double)from / to, reach = Math.Max(scale, 1);
        for (int i = 0; i < to; i++)
        {
            double centre = (i + 0.5) * scale;
            int first = Math.Max(0, (int)(centre - reach + 0.5)), last = Math.Min(from, (int)(centre + reach + 0.5));
            double[] weights = [.. Enumerable.Range(first, last - first)
                .Select(place => Math.Max(0, 1 - Math.Abs((place + 0.5 - centre) / reach)))];
            double sum = weights.Sum();
            taps[i] = new(first, Array.ConvertAll(weights, weight => (float)(weight / sum)));
        }
        return taps;
    }
}
