namespace NativeSsl;

// What a recipe for images is made of.
public sealed partial record ImageRecipe
{
    /// <summary>The encoder before any training.</summary>
    /// <param name="init">Draws the weights, and says on which device.</param>
    /// <param name="channels">Channels of the images.</param>
    /// <exception cref="NativeSslException">No such encoder is known.</exception>
    public ImageEncoder NewEncoder(Init init, int channels) => Encoder switch
    {
        "convolutions" => new StridedConvolutions(init, channels, Widths(3)),
        "resnet-small" => new ResNet(ResNet.Config.Small with { Channels = channels, Widths = Widths(3) }, init),
        "resnet-9" => new ResNet(ResNet.Config.ResNet9 with { Channels = channels, Widths = Widths(4) }, init),
        "resnet-18" => new ResNet(ResNet.Config.ResNet18 with { Stem = ResNetStem.Cifar, Channels = channels, Widths = Widths(4) }, init),
        _ => throw new NativeSslException($"ImageRecipe: encoder '{Encoder}' is unknown."),
    };

    int[] Widths(int stages) => [.. Enumerable.Range(0, stages).Select(stage => checked(Width << stage))];

    /// <summary>The task, with its networks before any training.</summary>
    /// <inheritdoc cref="NewEncoder"/>
    public SimClr NewObjective(Init init, int channels)
    {
        ImageEncoder encoder = NewEncoder(init, channels);
        return new SimClr(encoder, new MlpHead(init, encoder.Features, HeadWidth, Projection), (float)Temperature);
    }

    /// <summary>How each of the two views is made.</summary>
    public Augmentation NewAugmentation() => new()
    {
        Crop = CropArea < 1 ? new RandomResizedCrop((float)CropArea) : null,
        Interpolation = Interpolation.Bilinear,
        FlipProbability = (float)Flip,
        Jitter = Jitter > 0 ? ColorJitter.OfStrength((float)Jitter) : null,
        GrayscaleProbability = (float)Grayscale,
        Blur = Blur > 0 ? new RandomBlur((float)Blur) : null,
    };

    /// <summary>What moves the parameters.</summary>
    /// <exception cref="NativeSslException">No such optimizer is known.</exception>
    public Optimizer NewOptimizer(Parameters parameters) => Optimizer switch
    {
        "adamW" => new AdamW(parameters, Momentum),
        "lars" => new Lars(parameters, Momentum),
        "sgd" => new Sgd(parameters, Momentum, nesterov: Momentum > 0),
        _ => throw new NativeSslException($"ImageRecipe: optimizer '{Optimizer}' is unknown."),
    };
}
