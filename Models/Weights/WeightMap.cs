namespace NativeSsl;

/// <summary>One tensor under both names.</summary>
/// <param name="Ours">The name in our model.</param>
/// <param name="Theirs">The name in the file.</param>
/// <param name="Layout">How the elements lie.</param>
public sealed record WeightEntry(string Ours, string Theirs, WeightLayout Layout);

/// <summary>
/// Which tensor of a PyTorch file is which of ours: one list, read in both directions, so that what is loaded and saved again is the same,
/// key for key and bit for bit.
/// </summary>
/// <param name="entries">One for each tensor.</param>
public sealed class WeightMap(IReadOnlyList<WeightEntry> entries)
{
    /// <summary>The suffix of PyTorch's count of batches, which nothing here depends on: passed over on reading, written as zero.</summary>
    public const string Counter = ".num_batches_tracked";

    const string RunningMean = ".running_mean";

    /// <summary>The entries.</summary>
    public IReadOnlyList<WeightEntry> Entries => entries;

    /// <summary>A convolution.</summary>
    public static WeightEntry[] Convolution(string ours, string theirs, bool bias = false) =>
        [new($"{ours}.weight", $"{theirs}.weight", WeightLayout.Convolution),
            .. bias ? [Same(ours, theirs, "bias")] : Array.Empty<WeightEntry>()];

    /// <summary>A batch norm with stretch, shift and running statistics.</summary>
    public static WeightEntry[] Norm(string ours, string theirs) =>
        [.. ((string[])["weight", "bias", "running_mean", "running_var"]).Select(name => Same(ours, theirs, name))];

    /// <summary>A linear layer with bias; if it reads flattened images, say their size by its layout.</summary>
    public static WeightEntry[] Linear(string ours, string theirs, WeightLayout? layout = null) =>
        [new($"{ours}.weight", $"{theirs}.weight", layout ?? WeightLayout.Same), Same(ours, theirs, "bias")];

    static WeightEntry Same(string ours, string theirs, string name) => new($"{ours}.{name}", $"{theirs}.{name}", WeightLayout.Same);

    /// <summary>Fills tensors from a file. Nothing is changed unless everything fits.</summary>
    /// <param name="path">A safetensors file of F32, F16, BF16 or F64.</param>
    /// <param name="tensors">Our tensors by name: <see cref="Module.NamedTensors"/>.</param>
    /// <param name="ignored">The beginnings of names in the file that are not wanted, such as <c>fc.</c>.</param>
    /// <exception cref="MalformedFileException">It cannot be read; a tensor is missing, has another shape, or is left over.</exception>
    /// <exception cref="NativeSslException">The map does not have exactly our tensors.</exception>
    public void Load(string path, IEnumerable<(string Name, Tensor Tensor)> tensors, params IReadOnlyList<string> ignored)
    {
        List<(WeightEntry Entry, Tensor Tensor, Shape Theirs)> pairs = Pairs(tensors);
        using SafetensorsFile file = SafetensorsFile.Open(path);
        HashSet<string> known = [.. entries.Select(entry => entry.Theirs)];
        foreach (SafetensorsEntry entry in file.Entries)
            if (!known.Contains(entry.Name) && !entry.Name.EndsWith(Counter, StringComparison.Ordinal)
                && !ignored.Any(start => entry.Name.StartsWith(start, StringComparison.Ordinal)))
                throw new MalformedFileException(path,
                    $"tensor '{entry.Name}' {entry} has no place in this model. Is it a file of another one?");
        List<float[]> values = [];
        foreach ((WeightEntry entry, Tensor tensor, Shape theirs) in pairs)
        {
            SafetensorsEntry found = file[entry.Theirs];
            if (found.Shape != theirs)
                throw new MalformedFileException(path,
                    $"tensor '{entry.Theirs}' is {found} but {theirs} is wanted, for {entry.Ours} of shape {tensor.Shape} here.");
            float[] elements = new float[found.Count];
            file.Read(entry.Theirs, elements);
            values.Add(entry.Layout.ToOurs(elements, theirs));
        }
        foreach (((_, Tensor tensor, _), float[] elements) in pairs.Zip(values)) tensor.Storage.CopyFrom(elements);
    }

    /// <summary>Writes tensors under the file's names and in its layout, with a counter of zero beside every running mean.</summary>
    /// <param name="path">The safetensors file.</param>
    /// <param name="tensors">Our tensors by name: <see cref="Module.NamedTensors"/>.</param>
    /// <exception cref="FileWriteException">The disk is full, the folder is missing or may not be written to.</exception>
    /// <exception cref="NativeSslException">The map does not have exactly our tensors.</exception>
    public void Save(string path, IEnumerable<(string Name, Tensor Tensor)> tensors)
    {
        List<SafetensorsItem> items = [];
        foreach ((WeightEntry entry, Tensor tensor, Shape theirs) in Pairs(tensors))
        {
            items.Add(SafetensorsItem.From(entry.Theirs, theirs, entry.Layout.ToTheirs(tensor.ToArray(), theirs)));
            if (entry.Theirs.EndsWith(RunningMean, StringComparison.Ordinal))
                items.Add(SafetensorsItem.From(entry.Theirs[..^RunningMean.Length] + Counter, [], new long[1]));
        }
        SafetensorsWriter.Write(path, items);
    }

    List<(WeightEntry, Tensor, Shape)> Pairs(IEnumerable<(string Name, Tensor Tensor)> tensors)
    {
        Dictionary<string, Tensor> ours = tensors.ToDictionary(entry => entry.Name, entry => entry.Tensor);
        List<(WeightEntry, Tensor, Shape)> pairs = [];
        foreach (WeightEntry entry in entries)
        {
            if (!ours.Remove(entry.Ours, out Tensor? tensor))
                throw new NativeSslException(
                    $"WeightMap: {entry.Ours}, for '{entry.Theirs}' of the file, is not among the model's tensors.");
            pairs.Add((entry, tensor, entry.Layout.Theirs(tensor.Shape) ?? throw new ShapeException(
                $"WeightMap: {entry.Ours} has shape {tensor.Shape}, which is not that of {entry.Layout.Name}.")));
        }
        if (ours.Count > 0)
            throw new NativeSslException(
                $"WeightMap: {ours.Keys.First()} of shape {ours.Values.First().Shape} has no name in the file. Add an entry for it.");
        return pairs;
    }
}
