namespace NativeSsl;

/// <summary>What is done to images to see whether features still tell them apart.</summary>
public enum Corruption
{
    /// <summary>Independent normal noise on every number.</summary>
    Noise,
    /// <summary>Every pixel becomes a normal-weighted mean of its neighbourhood, mirrored at the edges.</summary>
    Blur,
    /// <summary>Every number moves towards the image's mean.</summary>
    Contrast,
    /// <summary>A square at a random place is filled with middle grey.</summary>
    Occlusion,
}

/// <summary>
/// Images of a set, spoilt at one of five severities, as bytes, so that any encoder with any normalisation can be asked about them. The
/// random part of an image depends on the seed and its place only. Noise, blur and contrast have the parameters of CIFAR-10-C; Hendrycks
/// &amp; Dietterich 2019, “Benchmarking neural network robustness to common corruptions and perturbations”. Occlusion covers 1/16 … 9/16 of
/// the area.
/// </summary>
public sealed class CorruptedImages : IImageSource
{
    static readonly float[] Blurs = [0.4f, 0.6f, 0.7f, 0.8f, 1f];
    static readonly double[] Noises = [0.04, 0.06, 0.08, 0.09, 0.10];
    static readonly double[] Contrasts = [0.75, 0.5, 0.4, 0.3, 0.15], Sides = [0.25, 0.375, 0.5, 0.625, 0.75];

    readonly IImageSource _images;
    readonly Corruption _corruption;
    readonly int _severity;
    readonly ulong _seed;

    /// <param name="images">The set.</param>
    /// <param name="corruption">What is done.</param>
    /// <param name="severity">1 … 5.</param>
    /// <param name="seed">The seed of noise and places.</param>
    /// <exception cref="NativeSslException">The severity is outside 1 … 5.</exception>
    public CorruptedImages(IImageSource images, Corruption corruption, int severity, ulong seed = 0)
    {
        if (severity is < 1 or > 5) throw new NativeSslException($"CorruptedImages: the severity is {severity}; it must be 1 to 5.");
        (_images, _corruption, _severity, _seed) = (images, corruption, severity, seed);
    }

    /// <inheritdoc/>
    public string Name => FormattableString.Invariant($"{_images.Name}, {_corruption} {_severity}");
    /// <inheritdoc/>
    public int Count => _images.Count;
    /// <inheritdoc/>
    public ImageSize Size => _images.Size;
    /// <inheritdoc/>
    public IReadOnlyList<int>? Labels => _images.Labels;
    /// <inheritdoc/>
    public IReadOnlyList<string> Classes => _images.Classes;

    /// <inheritdoc/>
    public void Read(ReadOnlySpan<int> places, Span<byte> pixels)
    {
        _images.Read(places, pixels);
        if (_corruption == Corruption.Blur)
        {
            Blur(pixels[..checked(places.Length * Size.Bytes)], places.Length, Blurs[_severity - 1]);
            return;
        }
        for (int i = 0; i < places.Length; i++)
        {
            Span<byte> image = pixels.Slice(i * Size.Bytes, Size.Bytes);
            var random = new RandomSource(_seed, ((ulong)_corruption << 40) | ((ulong)_severity << 32) | (uint)places[i]);
            switch (_corruption)
            {
                case Corruption.Noise: AddNoise(image, Noises[_severity - 1], random); break;
                case Corruption.Contrast: Flatten(image, Contrasts[_severity - 1]); break;
                default: Cover(image, Sides[_severity - 1], random); break;
            }
        }
    }

    // What is farther than four deviations has no weight.
    void Blur(Span<byte> pixels, int count, float deviation)
    {
        int radius = Math.Min((int)MathF.Ceiling(4 * deviation), Math.Min(Size.Height, Size.Width) - 1);
        float[] values = new float[pixels.Length], deviations = new float[count];
        for (int i = 0; i < values.Length; i++) values[i] = pixels[i];
        Array.Fill(deviations, deviation);
        Tensor blurred = Tensor.From(CpuBackend.Default, [count, Size.Height, Size.Width, Size.Channels], values).GaussianBlur(deviations, radius);
        blurred.Storage.CopyTo(values);
        for (int i = 0; i < values.Length; i++) pixels[i] = Rounded(values[i]);
    }

    static void AddNoise(Span<byte> image, double deviation, RandomSource random)
    {
        foreach (ref byte value in image) value = Rounded(value + 255 * deviation * random.NextNormal());
    }

    void Flatten(Span<byte> image, double kept)
    {
        for (int channel = 0; channel < Size.Channels; channel++)
        {
            double sum = 0;
            for (int i = channel; i < image.Length; i += Size.Channels) sum += image[i];
            double mean = sum * Size.Channels / image.Length;
            for (int i = channel; i < image.Length; i += Size.Channels) image[i] = Rounded(mean + kept * (image[i] - mean));
        }
    }

    void Cover(Span<byte> image, double share, RandomSource random)
    {
        int height = Math.Max(1, (int)Math.Round(share * Size.Height)), width = Math.Max(1, (int)Math.Round(share * Size.Width));
        int top = random.NextInt(Size.Height - height + 1), left = random.NextInt(Size.Width - width + 1);
        for (int y = top; y < top + height; y++) image.Slice((y * Size.Width + left) * Size.Channels, width * Size.Channels).Fill(128);
    }

    internal static byte Rounded(double value) => (byte)Math.Clamp(Math.Round(value), 0, 255);
}
