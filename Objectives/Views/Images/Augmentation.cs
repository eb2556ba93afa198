namespace NativeSsl;

/// <summary>Random resized crop: a part of the image, of random area and aspect, brought to the size of the view (Szegedy et
/// al. 2015).</summary>
/// <param name="MinimumArea">The least share of the image's area.</param>
/// <param name="MaximumArea">The largest.</param>
/// <param name="MinimumAspect">The least width / height; its logarithm is uniform.</param>
/// <param name="MaximumAspect">The largest.</param>
public sealed record RandomResizedCrop(
    float MinimumArea = 0.08f, float MaximumArea = 1f, float MinimumAspect = 3f / 4f, float MaximumAspect = 4f / 3f);

/// <summary>
/// Brightness, contrast, saturation and hue changed in random order. The factors are uniform in 1 ± strength (not below 0), the hue is
/// turned by ± its strength, in turns.
/// </summary>
/// <param name="Brightness">Strength.</param>
/// <param name="Contrast">Strength.</param>
/// <param name="Saturation">Strength.</param>
/// <param name="Hue">Strength, at most ½.</param>
/// <param name="Probability">How often colours are changed at all.</param>
public sealed record ColorJitter(float Brightness, float Contrast, float Saturation, float Hue, float Probability = 0.8f)
{
    /// <summary>SimCLR's: 0.8 s, 0.8 s, 0.8 s, 0.2 s.</summary>
    public static ColorJitter OfStrength(float s) => new(0.8f * s, 0.8f * s, 0.8f * s, 0.2f * s);
}

/// <summary>Blur by a bell whose deviation is uniform; its kernel is about a tenth of the view's size wide.</summary>
/// <param name="Probability">How often.</param>
/// <param name="MinimumSigma">The least deviation, in pixels.</param>
/// <param name="MaximumSigma">The largest.</param>
public sealed record RandomBlur(float Probability, float MinimumSigma = 0.1f, float MaximumSigma = 2f);

/// <summary>
/// How one view of an image is made; the parts act in the order in which they stand here. The defaults are SimCLR's for ImageNet (Chen
/// et al. 2020, “A simple framework for contrastive learning of visual representations”, appendix A).
/// </summary>
public sealed record Augmentation
{
    /// <summary>Which part is looked at; the whole image if null.</summary>
    public RandomResizedCrop? Crop { get; init; } = new();
    /// <summary>Rows and columns of the view; those of the image if null.</summary>
    public (int Height, int Width)? Size { get; init; }
    /// <summary>How pixels are put between pixels.</summary>
    public Interpolation Interpolation { get; init; } = Interpolation.Bicubic;
    /// <summary>How often left and right change sides.</summary>
    public float FlipProbability { get; init; } = 0.5f;
    /// <summary>How colours are changed; not at all if null.</summary>
    public ColorJitter? Jitter { get; init; } = ColorJitter.OfStrength(1f);
    /// <summary>How often the view is grey.</summary>
    public float GrayscaleProbability { get; init; } = 0.2f;
    /// <summary>How the view is blurred; not at all if null.</summary>
    public RandomBlur? Blur { get; init; } = new(0.5f);
    /// <summary>How often bright pixels are inverted.</summary>
    public float SolarizeProbability { get; init; }
    /// <summary>From which brightness on.</summary>
    public float SolarizeThreshold { get; init; } = 0.5f;

    /// <summary>The image as it is.</summary>
    public static Augmentation None { get; } = new()
    {
        Crop = null, FlipProbability = 0f, Jitter = null, GrayscaleProbability = 0f, Blur = null, Interpolation = Interpolation.Bilinear,
    };

    /// <summary>SimCLR for ImageNet.</summary>
    public static Augmentation SimClrImageNet { get; } = new();

    /// <summary>SimCLR for CIFAR-10 (appendix B.9): half the strength of colours, no blur.</summary>
    public static Augmentation SimClrCifar { get; } = new() { Jitter = ColorJitter.OfStrength(0.5f), Blur = null };

    /// <summary>MoCo v2 (Chen, Fan, Girshick &amp; He 2020, “Improved baselines with momentum contrastive learning”, and its
    /// code).</summary>
    public static Augmentation Moco { get; } = new()
        { Crop = new(0.2f), Interpolation = Interpolation.Bilinear, Jitter = new(0.4f, 0.4f, 0.4f, 0.1f) };

    /// <summary>BYOL's two views (Grill et al. 2020, “Bootstrap your own latent”, table 6): blur 1 and 0.1, solarised 0 and 0.2.</summary>
    public static IReadOnlyList<Augmentation> Byol { get; } =
    [
        new() { Jitter = new(0.4f, 0.4f, 0.2f, 0.1f), Blur = new(1f) },
        new() { Jitter = new(0.4f, 0.4f, 0.2f, 0.1f), Blur = new(0.1f), SolarizeProbability = 0.2f },
    ];

    /// <summary>
    /// DINO's views (Caron et al. 2021, “Emerging properties in self-supervised vision transformers”, and its code): two of most of the
    /// image, then small ones of small parts.
    /// </summary>
    /// <param name="globalSize">Rows and columns of the first two.</param>
    /// <param name="localSize">Rows and columns of the others.</param>
    /// <param name="locals">How many others.</param>
    public static IReadOnlyList<Augmentation> Dino(int globalSize = 224, int localSize = 96, int locals = 8)
    {
        Augmentation whole = Byol[0] with { Crop = new(0.4f), Size = (globalSize, globalSize) };
        Augmentation part = whole with { Crop = new(0.05f, 0.4f), Size = (localSize, localSize), Blur = new(0.5f) };
        return [whole, whole with { Blur = new(0.1f), SolarizeProbability = 0.2f }, .. Enumerable.Repeat(part, locals)];
    }
}
