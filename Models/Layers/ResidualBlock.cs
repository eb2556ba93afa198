namespace NativeSsl;

/// <summary>
/// Convolutions whose result is added to what came in: <c>[batch, height, width, in]</c> to
/// <c>[batch, height / stride, width / stride, out]</c>, rounded up. He, Zhang, Ren &amp; Sun 2016, “Deep residual learning for image
/// recognition”, equation 1; where sizes differ, the shortcut is a 1 × 1 convolution with batch norm (equation 2, option B of section 4.1).
/// </summary>
public abstract class ResidualBlock : Module
{
    readonly Conv2d? _shortcut;
    readonly BatchNorm? _shortcutNorm;

    private protected ResidualBlock(Init init, int inputs, int outputs, int stride)
    {
        if (!HasShortcut(inputs, outputs, stride)) return;
        _shortcut = new Conv2d(init, inputs, outputs, kernel: 1, stride);
        _shortcutNorm = new BatchNorm(init, outputs);
    }

    /// <summary>Whether there are weights on the way around the block.</summary>
    internal static bool HasShortcut(int inputs, int outputs, int stride) => inputs != outputs || stride != 1;

    /// <summary>The convolutions and norms, one after the other.</summary>
    private protected abstract IEnumerable<Part> Main { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<Part> Parts => [.. Main, new("shortcut_conv", _shortcut), new("shortcut_norm", _shortcutNorm)];

    /// <summary>The block's result.</summary>
    public abstract Tensor Forward(Tensor x);

    /// <summary>What is added at the end.</summary>
    private protected Tensor Around(Tensor x) => _shortcut is null ? x : _shortcutNorm!.Forward(_shortcut.Forward(x, x.Backend.ActivationFormat));
}

/// <summary>Two 3 × 3 convolutions: figure 5, left, of the paper.</summary>
public sealed class BasicBlock : ResidualBlock
{
    readonly Conv2d _conv1, _conv2;
    readonly BatchNorm _norm1, _norm2;

    /// <param name="init">Draws the weights.</param>
    /// <param name="inputs">Channels that come in.</param>
    /// <param name="outputs">Channels that go out.</param>
    /// <param name="stride">Of the first convolution.</param>
    /// <param name="startsAsIdentity">Whether the last norm's stretch begins at zero.</param>
    public BasicBlock(Init init, int inputs, int outputs, int stride = 1, bool startsAsIdentity = false)
        : base(init, inputs, outputs, stride)
    {
        (_conv1, _norm1) = (new Conv2d(init, inputs, outputs, kernel: 3, stride, padding: 1), new BatchNorm(init, outputs));
        _conv2 = new Conv2d(init, outputs, outputs, kernel: 3, padding: 1);
        _norm2 = new BatchNorm(init, outputs, startsAtZero: startsAsIdentity);
    }

    private protected override IEnumerable<Part> Main =>
        [new("conv1", _conv1), new("norm1", _norm1), new("conv2", _conv2), new("norm2", _norm2)];

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x)
    {
        Format inside = x.Backend.ActivationFormat;
        Tensor h = _norm1.Forward(_conv1.Forward(x, inside), Activation.Relu, format: inside);
        Tensor y = _norm2.Forward(_conv2.Forward(h, inside), Activation.Relu, Around(x));
        h.Forget();                                         // made again from what conv1 gave, which its norm keeps anyway
        return y;
    }
}

/// <summary>
/// A 1 × 1 convolution down to a quarter of the channels, a 3 × 3 one, and a 1 × 1 one up again: figure 5, right, of the paper; the stride
/// is that of the 3 × 3 convolution, as in torchvision.
/// </summary>
public sealed class Bottleneck : ResidualBlock
{
    /// <summary>How many times as many channels go out as the 3 × 3 convolution has.</summary>
    public const int Expansion = 4;

    readonly Conv2d _conv1, _conv2, _conv3;
    readonly BatchNorm _norm1, _norm2, _norm3;

    /// <param name="init">Draws the weights.</param>
    /// <param name="inputs">Channels that come in.</param>
    /// <param name="width">Channels of the 3 × 3 convolution; <see cref="Expansion"/> times as many go out.</param>
    /// <param name="stride">Of the 3 × 3 convolution.</param>
    /// <param name="startsAsIdentity">Whether the last norm's stretch begins at zero.</param>
    public Bottleneck(Init init, int inputs, int width, int stride = 1, bool startsAsIdentity = false)
        : base(init, inputs, Expansion * width, stride)
    {
        (_conv1, _norm1) = (new Conv2d(init, inputs, width, kernel: 1), new BatchNorm(init, width));
        (_conv2, _norm2) = (new Conv2d(init, width, width, kernel: 3, stride, padding: 1), new BatchNorm(init, width));
        _conv3 = new Conv2d(init, width, Expansion * width, kernel: 1);
        _norm3 = new BatchNorm(init, Expansion * width, startsAtZero: startsAsIdentity);
    }

    private protected override IEnumerable<Part> Main =>
        [new("conv1", _conv1), new("norm1", _norm1), new("conv2", _conv2), new("norm2", _norm2),
            new("conv3", _conv3), new("norm3", _norm3)];

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x)
    {
        Format inside = x.Backend.ActivationFormat;
        Tensor narrow = _norm1.Forward(_conv1.Forward(x, inside), Activation.Relu, format: inside), h = _norm2.Forward(_conv2.Forward(narrow, inside), Activation.Relu, format: inside);
        Tensor y = _norm3.Forward(_conv3.Forward(h, inside), Activation.Relu, Around(x));
        narrow.Forget();
        h.Forget();
        return y;
    }
}
