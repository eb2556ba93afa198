namespace NativeSsl;

/// <summary>
/// Images of another set in the size and the channels that an encoder was trained on: for transfer. Grey becomes three equal channels,
/// colours become their brightness (ITU-R BT.601), and each new pixel is the mean of the area it covers, or lies between the four nearest
/// when an image grows.
/// </summary>
public sealed class AdaptedImages : IImageSource
{
    readonly IImageSource _images;
    readonly (int From, double[] Weights)[] _rows, _columns;

    /// <param name="images">The other set.</param>
    /// <param name="size">What the encoder takes.</param>
    /// <exception cref="ShapeException">Channels are other than 1 or 3 and differ, or the size is empty.</exception>
    public AdaptedImages(IImageSource images, ImageSize size)
    {
        int channels = images.Size.Channels;
        if (channels != size.Channels && (channels, size.Channels) is not ((1, 3) or (3, 1)))
            throw new ShapeException($"AdaptedImages of {images.Name}: {channels} channels cannot become {size.Channels}; only 1 and 3 " +
                "can become each other.");
        if (size.Height < 1 || size.Width < 1)
            throw new ShapeException($"AdaptedImages of {images.Name}: a size of {size.Height} × {size.Width} is empty.");
        (_images, Size) = (images, size);
        (_rows, _columns) = (Resampling(images.Size.Height, size.Height), Resampling(images.Size.Width, size.Width));
    }

    /// <inheritdoc/>
    public string Name => _images.Name;
    /// <inheritdoc/>
    public int Count => _images.Count;
    /// <inheritdoc/>
    public ImageSize Size { get; }
    /// <inheritdoc/>
    public IReadOnlyList<int>? Labels => _images.Labels;
    /// <inheritdoc/>
    public IReadOnlyList<string> Classes => _images.Classes;

    /// <inheritdoc/>
    public void Read(ReadOnlySpan<int> places, Span<byte> pixels)
    {
        if (pixels.Length < (long)places.Length * Size.Bytes)
            throw new ShapeException($"AdaptedImages of {Name}: {places.Length} images of {Size.Bytes} bytes do not fit into " +
                $"{pixels.Length} bytes.");
        byte[] source = new byte[_images.Size.Bytes];
        double[] values = new double[_images.Size.Height * _images.Size.Width];
        for (int i = 0; i < places.Length; i++)
        {
            _images.Read(places.Slice(i, 1), source);
            for (int channel = 0; channel < Size.Channels; channel++)
            {
                for (int p = 0; p < values.Length; p++) values[p] = Channel(source, p, channel);
                Resample(values, pixels.Slice(i * Size.Bytes, Size.Bytes), channel);
            }
        }
    }

    double Channel(byte[] source, int pixel, int channel) => (_images.Size.Channels, Size.Channels) switch
    {
        (1, 3) => source[pixel],
        (3, 1) => 0.299 * source[3 * pixel] + 0.587 * source[3 * pixel + 1] + 0.114 * source[3 * pixel + 2],
        (int channels, _) => source[channels * pixel + channel],
    };

    void Resample(double[] values, Span<byte> image, int channel)
    {
        for (int y = 0; y < Size.Height; y++)
            for (int x = 0; x < Size.Width; x++)
            {
                double sum = 0;
                for (int i = 0; i < _rows[y].Weights.Length; i++)
                    for (int j = 0; j < _columns[x].Weights.Length; j++)
                    {
                        double value = values[(_rows[y].From + i) * _images.Size.Width + _columns[x].From + j];
                        sum += _rows[y].Weights[i] * _columns[x].Weights[j] * value;
                    }
                image[(y * Size.Width + x) * Size.Channels + channel] = CorruptedImages.Rounded(sum);
            }
    }

    // A triangle as wide as a new pixel, or as an old one if those are wider: bilinear, with the antialiasing that shrinking needs.
    static (int From, double[] Weights)[] Resampling(int from, int to)
    {
        double scale = (double)from / to, reach = Math.Max(1, scale);
        return [.. Enumerable.Range(0, to).Select(place =>
        {
            double centre = (place + 0.5) * scale - 0.5;
            int first = Math.Max(0, (int)Math.Ceiling(centre - reach)), last = Math.Min(from - 1, (int)Math.Floor(centre + reach));
            double[] weights = [.. Enumerable.Range(first, last - first + 1).Select(i => Math.Max(0, 1 - Math.Abs(i - centre) / reach))];
            double total = weights.Sum();
            return (first, Array.ConvertAll(weights, weight => weight / total));
        })];
    }
}
