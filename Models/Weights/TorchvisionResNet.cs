namespace NativeSsl;

/// <summary>
/// ResNets under torchvision's names: <c>conv1</c>, <c>bn1</c>, <c>layer1.0.conv1</c>, …, <c>layer2.0.downsample.0</c>, <c>fc</c>.
/// Convolutions are <c>[out, in, kernelHeight, kernelWidth]</c> there; everything else lies as here.
/// </summary>
public static class TorchvisionResNet
{
    const string Head = "fc";

    /// <summary>The map.</summary>
    /// <param name="config">The sizes of the model.</param>
    /// <param name="withHead">Whether the layer of classes is part of it, as <c>fc</c> on both sides.</param>
    public static WeightMap Map(ResNet.Config config, bool withHead = false)
    {
        List<WeightEntry> entries = [.. WeightMap.Convolution("stem_conv", "conv1"), .. WeightMap.Norm("stem_norm", "bn1")];
        foreach (var block in config.Layout())
        {
            string ours = FormattableString.Invariant($"stages.{block.Stage}.{block.Place}");
            string theirs = FormattableString.Invariant($"layer{block.Stage + 1}.{block.Place}");
            for (int i = 1; i <= (config.Bottleneck ? 3 : 2); i++)
            {
                entries.AddRange(WeightMap.Convolution($"{ours}.conv{i}", $"{theirs}.conv{i}"));
                entries.AddRange(WeightMap.Norm($"{ours}.norm{i}", $"{theirs}.bn{i}"));
            }
            if (!ResidualBlock.HasShortcut(block.Inputs, block.Outputs, block.Stride)) continue;
            entries.AddRange(WeightMap.Convolution($"{ours}.shortcut_conv", $"{theirs}.downsample.0"));
            entries.AddRange(WeightMap.Norm($"{ours}.shortcut_norm", $"{theirs}.downsample.1"));
        }
        if (withHead) entries.AddRange(WeightMap.Linear(Head, Head));
        return new WeightMap(entries);
    }

    /// <summary>Fills an encoder, and its layer of classes if one is given; otherwise the file's is passed over.</summary>
    /// <param name="path">A safetensors file.</param>
    /// <param name="encoder">The encoder, of the same sizes.</param>
    /// <param name="head">The layer of classes, <c>[classes, features]</c>.</param>
    /// <exception cref="MalformedFileException">It cannot be read; a tensor is missing, has another shape, or is left over.</exception>
    public static void Load(string path, ResNet encoder, Linear? head = null) =>
        Map(encoder.Sizes, head is not null).Load(path, Tensors(encoder, head), head is null ? [$"{Head}."] : []);

    /// <summary>Writes an encoder, and its layer of classes if one is given.</summary>
    /// <param name="path">The safetensors file.</param>
    /// <param name="encoder">The encoder.</param>
    /// <param name="head">The layer of classes, <c>[classes, features]</c>.</param>
    /// <exception cref="FileWriteException">The disk is full, the folder is missing or may not be written to.</exception>
    public static void Save(string path, ResNet encoder, Linear? head = null) =>
        Map(encoder.Sizes, head is not null).Save(path, Tensors(encoder, head));

    static IEnumerable<(string, Tensor)> Tensors(ResNet encoder, Linear? head) =>
        encoder.NamedTensors().Concat(head?.NamedTensors().Select(entry => ($"{Head}.{entry.Name}", entry.Tensor)) ?? []);
}
