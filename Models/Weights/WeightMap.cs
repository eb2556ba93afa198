using System.Runtime.InteropServices;

namespace NativeSsl;

/// <summary>
/// Which tensor of a PyTorch file is which of ours: one list, read in both directions, so that what is loaded and saved again is the same,
/// key for key and bit for bit.
/// </summary>
/// <param name="entries">One for each tensor of the file.</param>
public sealed partial class WeightMap(IReadOnlyList<WeightEntry> entries)
{
    /// <summary>The suffix of PyTorch's count of batches, which nothing here depends on: passed over on reading, written as zero.</summary>
    public const string Counter = ".num_batches_tracked";

    const string RunningMean = ".running_mean";

    /// <summary>The entries.</summary>
    public IReadOnlyList<WeightEntry> Entries => entries;

    /// <summary>Second copies of tensors, which a file may have.</summary>
    public IReadOnlyList<SharedWeight> Shared { get; init; } = [];

    /// <summary>Names that a file may have for what is not learned, such as masks and lists of positions: passed over, never written.</summary>
    public IReadOnlyList<string> PassedOver { get; init; } = [];

    // A tensor of ours with the tensors of a file that fill it, of which each is some of its rows.
    sealed record Target(Tensor Tensor, List<(WeightEntry Entry, Shape Theirs)> Pieces);

    /// <summary>Fills tensors from a file. Nothing is changed unless everything fits.</summary>
    /// <param name="path">A safetensors file of F32, F16, BF16 or F64.</param>
    /// <param name="tensors">Our tensors by name: <see cref="Module.NamedTensors"/>.</param>
    /// <param name="ignored">The beginnings of names in the file that are not wanted, such as <c>fc.</c>.</param>
    /// <exception cref="MalformedFileException">It cannot be read; a tensor is missing, has another shape, or is left over.</exception>
    /// <exception cref="NativeSslException">The map does not have exactly our tensors.</exception>
    public void Load(string path, IEnumerable<(string Name, Tensor Tensor)> tensors, params IReadOnlyList<string> ignored)
    {
        List<Target> targets = Targets(tensors);
        using WeightFiles files = WeightFiles.OpenFile(path);
        Check(files, targets, ignored);
        // Checksums are compared while the elements are read, so all of them are read before the first is used.
        List<float[]> values = [.. targets.Select(target => Read(files, target))];
        foreach ((Target target, float[] elements) in targets.Zip(values)) target.Tensor.Storage.CopyFrom(elements);
    }

    /// <summary>Fills a model that nobody has seen yet, one tensor after the other: there is never a second copy of all of them.</summary>
    internal void Fill(Module fresh, WeightFiles files)
    {
        List<Target> targets = Targets(fresh.NamedTensors());
        Check(files, targets, []);
        foreach (Target target in targets) target.Tensor.Storage.CopyFrom(Read(files, target));
    }

    void Check(WeightFiles files, List<Target> targets, IReadOnlyList<string> ignored)
    {
        HashSet<string> known = [.. entries.Select(entry => entry.Theirs), .. entries.Select(entry => entry.OldName).OfType<string>(),
            .. Shared.Select(shared => shared.Copy), .. PassedOver];
        foreach ((SafetensorsFile file, SafetensorsEntry entry) in files.Tensors)
            if (!known.Contains(entry.Name) && !entry.Name.EndsWith(Counter, StringComparison.Ordinal)
                && !ignored.Any(start => entry.Name.StartsWith(start, StringComparison.Ordinal)))
                throw new MalformedFileException(file.Path,
                    $"tensor '{entry.Name}' {entry} has no place in this model. Is it a file of another one?");
        foreach (Target target in targets)
            foreach ((WeightEntry entry, Shape theirs) in target.Pieces)
            {
                (SafetensorsFile file, SafetensorsEntry found) = Find(files, entry);
                if (!WeightFiles.Has(found, theirs))
                    throw new MalformedFileException(file.Path,
                        $"tensor '{found.Name}' is {found} but {theirs} is wanted, for {entry.Ours} of shape {target.Tensor.Shape} here.");
            }
        foreach (SharedWeight shared in Shared.Where(shared => files.Contains(shared.Copy))) CheckShared(files, shared);
    }

    static (SafetensorsFile File, SafetensorsEntry Entry) Find(WeightFiles files, WeightEntry entry)
    {
        if (entry.OldName is not { } old || !files.Contains(old)) return files[entry.Theirs];
        if (!files.Contains(entry.Theirs)) return files[old];
        throw new MalformedFileException(files[old].File.Path, $"there are both '{entry.Theirs}' and '{old}', its old name. Which is meant? Delete one.");
    }

    void CheckShared(WeightFiles files, SharedWeight shared)
    {
        (SafetensorsFile file, SafetensorsEntry copy) = files[shared.Copy];
        (_, SafetensorsEntry of) = Find(files, entries.Single(entry => entry.Theirs == shared.Of));
        if (!copy.Lengths.SequenceEqual(of.Lengths))
            throw new MalformedFileException(file.Path, $"tensor '{copy.Name}' is {copy} but {of} is wanted: it is a copy of '{of.Name}'.");
        if (!MemoryMarshal.AsBytes<float>(files.Read(copy.Name)).SequenceEqual(MemoryMarshal.AsBytes<float>(files.Read(of.Name))))
            throw new MalformedFileException(file.Path,
                $"tensor '{copy.Name}' differs from '{of.Name}'. The layers share one tensor here; a model that has two cannot be read.");
    }

    static float[] Read(WeightFiles files, Target target)
    {
        if (target.Pieces is [var (entry, theirs)]) return entry.Layout.ToOurs(files.Read(Find(files, entry).Entry.Name), theirs);
        float[] whole = new float[target.Tensor.Shape.Count];
        int row = (int)target.Tensor.Shape.Span(1, target.Tensor.Shape.Rank);
        foreach ((WeightEntry piece, Shape shape) in target.Pieces)
            piece.Layout.ToOurs(files.Read(Find(files, piece).Entry.Name), shape).CopyTo(whole, piece.Rows!.Value.First * row);
        return whole;
    }

    List<Target> Targets(IEnumerable<(string Name, Tensor Tensor)> tensors)
    {
        Dictionary<string, Tensor> ours = tensors.ToDictionary(entry => entry.Name, entry => entry.Tensor);
        List<Target> targets = [];
        foreach (IGrouping<string, WeightEntry> pieces in entries.GroupBy(entry => entry.Ours))
        {
            if (!ours.Remove(pieces.Key, out Tensor? tensor))
                throw new NativeSslException(
                    $"WeightMap: {pieces.Key}, for '{pieces.First().Theirs}' of the file, is not among the model's tensors.");
            CheckRows(pieces, tensor.Shape);
            targets.Add(new Target(tensor, [.. pieces.Select(entry => (entry, entry.ShapeInFile(tensor.Shape) ?? throw new ShapeException(
                $"WeightMap: {entry.Ours} has shape {tensor.Shape}, which is not that of {entry.Layout.Name}.")))]));
        }
        if (ours.Count > 0)
            throw new NativeSslException(
                $"WeightMap: {ours.Keys.First()} of shape {ours.Values.First().Shape} has no name in the file. Add an entry for it.");
        return targets;
    }

    static void CheckRows(IGrouping<string, WeightEntry> pieces, Shape ours)
    {
        if (pieces.All(piece => piece.Rows is null) && pieces.Count() == 1) return;
        int next = 0;
        foreach (WeightEntry piece in pieces.OrderBy(piece => piece.Rows?.First ?? -1))
        {
            if (piece.Rows is not { Count: > 0 } rows || rows.First != next || ours.Rank == 0)
                throw new NativeSslException($"WeightMap: '{piece.Theirs}' is not the rows of {piece.Ours} from {next} on. Every row must come once.");
            next = checked(rows.First + rows.Count);
        }
        if (next != ours[0]) throw new ShapeException($"WeightMap: the entries have {next} rows of {pieces.Key}, which has shape {ours}.");
    }
}
