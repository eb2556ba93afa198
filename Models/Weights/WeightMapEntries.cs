namespace NativeSsl;

// The entries of the usual layers, and the way out.
public sealed partial class WeightMap
{
    /// <summary>A convolution.</summary>
    public static WeightEntry[] Convolution(string ours, string theirs, bool bias = false) =>
        [new($"{ours}.weight", $"{theirs}.weight", WeightLayout.Convolution), .. bias ? [Same(ours, theirs, "bias")] : Array.Empty<WeightEntry>()];

    /// <summary>A batch norm with stretch, shift and running statistics.</summary>
    public static WeightEntry[] Norm(string ours, string theirs) =>
        [.. ((string[])["weight", "bias", "running_mean", "running_var"]).Select(name => Same(ours, theirs, name))];

    /// <summary>A linear layer; if it reads flattened images, or is stored the other way round, say so by its layout.</summary>
    public static WeightEntry[] Linear(string ours, string theirs, WeightLayout? layout = null, bool bias = true) =>
        [new($"{ours}.weight", $"{theirs}.weight", layout ?? WeightLayout.Same), .. bias ? [Same(ours, theirs, "bias")] : Array.Empty<WeightEntry>()];

    /// <summary>A linear layer of ours that is several in the file, one below the other: queries, keys and values, for example.</summary>
    /// <param name="ours">The layer here.</param>
    /// <param name="parts">The layers there, from the first row on, and how many rows (outputs) each has.</param>
    /// <param name="bias">Whether they have a bias.</param>
    public static WeightEntry[] Stacked(string ours, IReadOnlyList<(string Theirs, int Rows)> parts, bool bias = true)
    {
        List<WeightEntry> entries = [];
        int first = 0;
        foreach ((string theirs, int rows) in parts)
        {
            entries.AddRange(Linear(ours, theirs, bias: bias).Select(entry => entry with { Rows = (first, rows) }));
            first += rows;
        }
        return [.. entries];
    }

    /// <summary>A layer norm with stretch and shift.</summary>
    /// <param name="ours">The layer here.</param>
    /// <param name="theirs">The layer there.</param>
    /// <param name="oldNames">Whether old files call the two <c>gamma</c> and <c>beta</c>, as those made from TensorFlow's do.</param>
    public static WeightEntry[] LayerNorm(string ours, string theirs, bool oldNames = false) =>
        [Same(ours, theirs, "weight") with { OldName = oldNames ? $"{theirs}.gamma" : null },
            Same(ours, theirs, "bias") with { OldName = oldNames ? $"{theirs}.beta" : null }];

    /// <summary>A tensor that lies the same on both sides: a table of tokens, the stretch of an RMS norm.</summary>
    public static WeightEntry Same(string ours, string theirs, string name) => new($"{ours}.{name}", $"{theirs}.{name}", WeightLayout.Same);

    /// <summary>Writes tensors under the file's names and in its layout, with a counter of zero beside every running mean.</summary>
    /// <param name="path">The safetensors file.</param>
    /// <param name="tensors">Our tensors by name: <see cref="Module.NamedTensors"/>.</param>
    /// <exception cref="FileWriteException">The disk is full, the folder is missing or may not be written to.</exception>
    /// <exception cref="NativeSslException">The map does not have exactly our tensors.</exception>
    public void Save(string path, IEnumerable<(string Name, Tensor Tensor)> tensors) =>
        SafetensorsWriter.Write(path, Outgoing(tensors, SafetensorsType.Float32).SelectMany(outgoing => outgoing.Items()));

    /// <summary>A tensor of the file: its name, its bytes, and what is written, made when it is asked for.</summary>
    internal sealed record OutgoingWeight(string Name, long Bytes, Func<SafetensorsItem[]> Items);

    /// <summary>The tensors of the file, in the order of the entries.</summary>
    internal IEnumerable<OutgoingWeight> Outgoing(IEnumerable<(string Name, Tensor Tensor)> tensors, SafetensorsType type)
    {
        int size = type == SafetensorsType.Float32 ? sizeof(float) : sizeof(float) / 2;
        foreach (Target target in Targets(tensors))
            foreach ((WeightEntry entry, Shape theirs) in target.Pieces)
                yield return new OutgoingWeight(entry.Theirs, theirs.Count * size, () => Items(target.Tensor, entry, theirs, type));
    }

    static SafetensorsItem[] Items(Tensor tensor, WeightEntry entry, Shape theirs, SafetensorsType type)
    {
        ReadOnlyMemory<float> values = tensor.ToArray();
        if (entry.Rows is { } rows) values = values.Slice(rows.First * (int)tensor.Shape.Span(1, tensor.Shape.Rank), (int)theirs.Count);
        if (entry.Layout != WeightLayout.Same) values = entry.Layout.ToTheirs(values.ToArray(), theirs);
        SafetensorsItem item = SafetensorsItem.From(entry.Theirs, theirs, values, type);
        return entry.Theirs.EndsWith(RunningMean, StringComparison.Ordinal)
            ? [item, SafetensorsItem.From(entry.Theirs[..^RunningMean.Length] + Counter, [], new long[1])] : [item];
    }
}
