namespace NativeSsl.Bench.Measure;

/// <summary>SimCLR with a ResNet and a batch of images, two views each: what both sides build.</summary>
sealed record ContrastiveSize(string Name, ImageRecipe Recipe, int Images, int Side = 32)
{
    /// <summary>Three stages 32-64-128 of two blocks, 512 views.</summary>
    public static ContrastiveSize Small { get; } = new("small ResNet, 512 views", new ImageRecipe { Encoder = "resnet-small", Width = 32 }, Images: 256);

    /// <summary>The reference run: three strided convolutions 64-128-256, 512 views.</summary>
    public static ContrastiveSize Strided { get; } = new("three strided convolutions, 512 views", new ImageRecipe(), Images: 256);

    /// <summary>ResNet-18 with the stem for small images, 128 views.</summary>
    public static ContrastiveSize ResNet18 { get; } = new("ResNet-18, 128 views", new ImageRecipe { Encoder = "resnet-18", HeadWidth = 512 }, Images: 64);

    /// <summary>For fixtures: small enough for the repository.</summary>
    public static ContrastiveSize Tiny { get; } = new("tiny ResNet, 12 views",
        new ImageRecipe { Encoder = "resnet-small", Width = 5, HeadWidth = 11, Projection = 7 }, Images: 6, Side: 9);

    public static ContrastiveSize[] Trained { get; } = [Strided, Small, ResNet18];

    /// <summary>The sizes of the ResNet, as both sides build it; null if the encoder is none.</summary>
    public ResNet.Config? Network => Recipe.Encoder == "convolutions" ? null : Recipe.Encoder == "resnet-18"
        ? ResNet.Config.ResNet18 with { Stem = ResNetStem.Cifar, Widths = [64, 128, 256, 512] }
        : ResNet.Config.Small with { Widths = [Recipe.Width, 2 * Recipe.Width, 4 * Recipe.Width] };

    public SimClr NewObjective(IBackend backend) => Recipe.NewObjective(new Init(backend, seed: 1), channels: 3);

    /// <summary>τ of the reference run.</summary>
    public const float Temperature = 0.5f;

    /// <summary>Batches for our side.</summary>
    public SharedBatches Batches(IBackend backend, int count) => new(count, number =>
    {
        float[][] halves = [.. DrawBatch(number).Chunk(Images * Side * Side * 3)];
        return new Views { Tensors = [.. halves.Select(half => Tensor.From(backend, [Images, Side, Side, 3], half))], Terms = Images };
    });

    /// <summary>Both views of one batch, <c>[2 · images, height, width, channels]</c>: noise, of which the two views of an image share the greater part.</summary>
    public float[] DrawBatch(ulong number)
    {
        var random = new RandomSource(2026, number);
        int length = Side * Side * 3;
        float[] views = new float[2 * Images * length];
        for (int image = 0; image < Images; image++)
            for (int i = 0; i < length; i++)
            {
                float common = random.NextUniform() * 2f - 1f;
                for (int view = 0; view < 2; view++)
                    views[(view * Images + image) * length + i] = common + 0.5f * (random.NextUniform() * 2f - 1f);
            }
        return views;
    }
}
