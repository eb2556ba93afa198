namespace NativeSsl;

/// <summary>How a ResNet begins.</summary>
public enum ResNetStem
{
    /// <summary>A 3 × 3 convolution that keeps the size: for images of some 32 pixels.</summary>
    Cifar,
    /// <summary>A 7 × 7 convolution and a maximum over 3 × 3, both with stride 2: for images of some 224 pixels.</summary>
    ImageNet,
}

/// <summary>
/// Stages of residual blocks, each at half the size of the one before, and the mean over all pixels. He, Zhang, Ren &amp; Sun 2016, “Deep
/// residual learning for image recognition”, table 1; the Cifar stem as in section 4.2. There is no layer of classes: features are what
/// comes out.
/// </summary>
public sealed class ResNet : ImageEncoder
{
    /// <summary>The sizes of a model.</summary>
    public sealed record Config
    {
        /// <summary>How it begins.</summary>
        public ResNetStem Stem { get; init; } = ResNetStem.ImageNet;
        /// <summary>Whether blocks are <see cref="NativeSsl.Bottleneck"/>s or <see cref="BasicBlock"/>s.</summary>
        public bool Bottleneck { get; init; }
        /// <summary>Blocks of each stage.</summary>
        public IReadOnlyList<int> Blocks { get; init; } = [2, 2, 2, 2];
        /// <summary>Channels of each stage's 3 × 3 convolutions; the stem has those of the first.</summary>
        public IReadOnlyList<int> Widths { get; init; } = [64, 128, 256, 512];
        /// <summary>Channels of the images.</summary>
        public int Channels { get; init; } = 3;
        /// <summary>Whether each block begins as the identity (Goyal et al. 2017, section 5.1).</summary>
        public bool BlocksStartAsIdentity { get; init; }

        /// <summary>Three stages 32-64-128 of two basic blocks: for small images on a CPU.</summary>
        public static Config Small => new() { Stem = ResNetStem.Cifar, Blocks = [2, 2, 2], Widths = [32, 64, 128] };
        /// <summary>One basic block a stage, with the Cifar stem: nine convolutions in a row.</summary>
        public static Config ResNet9 => new() { Stem = ResNetStem.Cifar, Blocks = [1, 1, 1, 1] };
        /// <summary>Two basic blocks a stage.</summary>
        public static Config ResNet18 => new();
        /// <summary>3-4-6-3 basic blocks.</summary>
        public static Config ResNet34 => new() { Blocks = [3, 4, 6, 3] };
        /// <summary>3-4-6-3 bottlenecks.</summary>
        public static Config ResNet50 => new() { Blocks = [3, 4, 6, 3], Bottleneck = true };

        /// <summary>Every block in order: its stage and place there, what comes in, its width, what goes out, and its stride.</summary>
        internal IEnumerable<(int Stage, int Place, int Inputs, int Width, int Outputs, int Stride)> Layout()
        {
            int inputs = Widths[0];
            for (int stage = 0; stage < Blocks.Count; stage++)
                for (int place = 0; place < Blocks[stage]; place++)
                {
                    int outputs = Widths[stage] * (Bottleneck ? NativeSsl.Bottleneck.Expansion : 1);
                    yield return (stage, place, inputs, Widths[stage], outputs, stage > 0 && place == 0 ? 2 : 1);
                    inputs = outputs;
                }
        }
    }

    readonly Conv2d _stem;
    readonly BatchNorm _stemNorm;
    readonly ResidualBlock[] _blocks;

    /// <param name="config">The sizes.</param>
    /// <param name="init">Draws the weights, and says on which device.</param>
    /// <exception cref="ShapeException">There is no stage, or not one width for each.</exception>
    public ResNet(Config config, Init init)
    {
        if (config.Blocks.Count == 0 || config.Blocks.Count != config.Widths.Count || config.Blocks.Any(count => count < 1))
            throw new ShapeException($"ResNet: blocks [{string.Join(", ", config.Blocks)}] and widths "
                + $"[{string.Join(", ", config.Widths)}]; each stage needs one width and at least one block.");
        (Sizes, Backend) = (config, init.Backend);
        _stem = config.Stem == ResNetStem.Cifar
            ? new Conv2d(init, config.Channels, config.Widths[0], kernel: 3, padding: 1)
            : new Conv2d(init, config.Channels, config.Widths[0], kernel: 7, stride: 2, padding: 3);
        _stemNorm = new BatchNorm(init, config.Widths[0]);
        _blocks = [.. config.Layout().Select(block => config.Bottleneck
            ? (ResidualBlock)new Bottleneck(init, block.Inputs, block.Width, block.Stride, config.BlocksStartAsIdentity)
            : new BasicBlock(init, block.Inputs, block.Width, block.Stride, config.BlocksStartAsIdentity))];
        Features = config.Layout().Last().Outputs;
    }

    /// <summary>The sizes.</summary>
    public Config Sizes { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<Part> Parts => [new("stem_conv", _stem), new("stem_norm", _stemNorm),
        .. Sizes.Layout().Zip(_blocks, (at, block) => new Part(FormattableString.Invariant($"stages.{at.Stage}.{at.Place}"), block))];

    /// <inheritdoc/>
    public override int Features { get; }
    /// <inheritdoc/>
    public override int Channels => Sizes.Channels;
    /// <inheritdoc/>
    public override IBackend Backend { get; }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor images)
    {
        Tensor x = _stemNorm.Forward(_stem.Forward(images, images.Backend.ActivationFormat), Activation.Relu);
        if (Sizes.Stem == ResNetStem.ImageNet) x = x.MaxPool2d(kernel: 3, stride: 2, padding: 1);
        foreach (ResidualBlock block in _blocks) x = block.Forward(x);
        return x.GlobalAveragePool();
    }
}
