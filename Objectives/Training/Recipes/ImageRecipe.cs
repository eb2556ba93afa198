using System.Text.Json;
using System.Text.Json.Serialization;

namespace NativeSsl;

/// <summary>
/// A run on images. The defaults are SimCLR as it is measured here on two cores: three strided convolutions, 56 epochs of 39 steps.
/// Parameters of the views are those of Chen et al. 2020, appendix A, for small images.
/// </summary>
public sealed partial record ImageRecipe : Recipe
{
    /// <summary>The defaults.</summary>
    public ImageRecipe()
    {
        (Objective, Batch, Steps) = ("simclr", 256, 2184);
        (LearningRate, FinalLearningRate, WarmUp, WeightDecay) = (2e-3, 0, 39, 1e-6);
    }

    /// <summary>The architecture: <c>convolutions</c> (three, each with stride 2), <c>resnet-small</c> (three stages), <c>resnet-9</c> or
    /// <c>resnet-18</c> (four).</summary>
    [JsonPropertyOrder(10)] public string Encoder { get; init; } = "convolutions";
    /// <summary>Channels of the encoder's first stage; every stage after it has twice as many.</summary>
    [JsonPropertyOrder(11)] public int Width { get; init; } = 64;
    /// <summary>Features of the hidden layer of the head.</summary>
    [JsonPropertyOrder(12)] public int HeadWidth { get; init; } = 256;
    /// <summary>d, the dimensions of the space where views are compared.</summary>
    [JsonPropertyOrder(13)] public int Projection { get; init; } = 128;
    /// <summary>τ.</summary>
    [JsonPropertyOrder(14)] public double Temperature { get; init; } = 0.5;
    /// <summary>The least share of an image's area that a crop keeps.</summary>
    [JsonPropertyOrder(15)] public double CropArea { get; init; } = 0.2;
    /// <summary>How often a view is mirrored.</summary>
    [JsonPropertyOrder(16)] public double Flip { get; init; } = 0.5;
    /// <summary>s, the strength of changes in colour, which happen to 8 views of 10.</summary>
    [JsonPropertyOrder(17)] public double Jitter { get; init; } = 0.5;
    /// <summary>How often a view loses its colours.</summary>
    [JsonPropertyOrder(18)] public double Grayscale { get; init; } = 0.2;
    /// <summary>How often a view is blurred.</summary>
    [JsonPropertyOrder(19)] public double Blur { get; init; }
    /// <summary><c>adamW</c>, <c>lars</c> or <c>sgd</c>.</summary>
    [JsonPropertyOrder(30)] public string Optimizer { get; init; } = "adamW";
    /// <summary>How much of the mean gradient stays from step to step: β₁ of AdamW, μ of the others.</summary>
    [JsonPropertyOrder(31)] public double Momentum { get; init; } = 0.9;

    private protected override IEnumerable<double> RealNumbers => [Temperature, CropArea, Flip, Jitter, Grayscale, Blur, Momentum];

    private protected override byte[] Serialize() => JsonSerializer.SerializeToUtf8Bytes(this, RecipeJson.Default.ImageRecipe);

    internal static RecipeRule[] Rules { get; } =
    [
        RecipeRule.Text("encoder", "\"convolutions\", \"resnet-small\", \"resnet-9\" or \"resnet-18\"",
            "convolutions", "resnet-small", "resnet-9", "resnet-18"),
        RecipeRule.Whole("width", 1, 4096, "64 is usual"),
        RecipeRule.Whole("headWidth", 1, 1 << 16, "256 is usual"),
        RecipeRule.Whole("projection", 2, 1 << 16, "128 is usual"),
        RecipeRule.Real("temperature", 1e-6, 100, "0.5 is usual for small images"),
        RecipeRule.Real("cropArea", 0.01, 1, "0.2 is usual for small images; 1 does not crop"),
        RecipeRule.Real("flip", 0, 1, "0.5 is usual; 0 for none"),
        RecipeRule.Real("jitter", 0, 1, "0.5 is usual for small images; 0 for none"),
        RecipeRule.Real("grayscale", 0, 1, "0.2 is usual; 0 for none"),
        RecipeRule.Real("blur", 0, 1, "0 is usual for small images, 0.5 for large ones"),
        RecipeRule.Whole("batch", 2, 1 << 20, "256 is usual; one image has nothing to differ from"),
        RecipeRule.Text("optimizer", "\"adamW\", \"lars\" or \"sgd\"", "adamW", "lars", "sgd"),
        RecipeRule.Real("momentum", 0, 0.9999999, "0.9 is usual"),
    ];
}
