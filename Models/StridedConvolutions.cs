namespace NativeSsl;

/// <summary>
/// Three times a 3 × 3 convolution with stride 2, batch norm and Relu, then the mean over all pixels: about the least that learns from
/// small images, and fast on a CPU.
/// </summary>
public sealed class StridedConvolutions : ImageEncoder
{
    readonly Conv2d[] _convolutions;
    readonly BatchNorm[] _norms;

    /// <param name="init">Draws the weights, and says on which device.</param>
    /// <param name="channels">Channels of the images.</param>
    /// <param name="widths">Channels after each convolution; 64, 128 and 256 if left out.</param>
    public StridedConvolutions(Init init, int channels = 3, params IReadOnlyList<int> widths)
    {
        if (widths.Count == 0) widths = [64, 128, 256];
        (Channels, Features, Backend) = (channels, widths[^1], init.Backend);
        _convolutions = [.. widths.Select((width, i) =>
            new Conv2d(init, i == 0 ? channels : widths[i - 1], width, kernel: 3, stride: 2, padding: 1))];
        _norms = [.. widths.Select(width => new BatchNorm(init, width))];
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Part> Parts => [.. Numbered("convolutions", _convolutions), .. Numbered("norms", _norms)];

    /// <inheritdoc/>
    public override int Features { get; }
    /// <inheritdoc/>
    public override int Channels { get; }
    /// <inheritdoc/>
    public override IBackend Backend { get; }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor images)
    {
        Tensor x = images;
        for (int i = 0; i < _convolutions.Length; i++)
        {
            // The mean over pixels reads what the last one gives.
            Format between = i < _convolutions.Length - 1 ? Backend.ActivationFormat : Format.Float32;
            x = _norms[i].Forward(_convolutions[i].Forward(x, Backend.ActivationFormat), Activation.Relu, format: between);
        }
        return x.GlobalAveragePool();
    }
}
