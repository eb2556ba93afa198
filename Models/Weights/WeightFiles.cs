namespace NativeSsl;

/// <summary>
/// The weights of a model, open for reading, whether they are in one safetensors file or in several with an index. Only headers are read until a tensor
/// is asked for.
/// </summary>
sealed class WeightFiles : IDisposable
{
    /// <summary>The names in a directory: one file, or the index of several.</summary>
    public const string Single = "model.safetensors", Index = "model.safetensors.index.json";

    readonly string _path;
    readonly List<SafetensorsFile> _files = [];
    readonly Dictionary<string, (SafetensorsFile File, SafetensorsEntry Entry)> _tensors = new(StringComparer.Ordinal);

    WeightFiles(string path) => _path = path;

    /// <summary>One file.</summary>
    /// <exception cref="MalformedFileException">It cannot be read, or is not a safetensors file.</exception>
    public static WeightFiles OpenFile(string path)
    {
        WeightFiles files = new(path);
        files.Add(path);
        return files;
    }

    /// <summary>What a directory has.</summary>
    /// <exception cref="MalformedFileException">There is neither a file nor an index, or both; or one of them is malformed.</exception>
    public static WeightFiles OpenDirectory(string directory)
    {
        string single = Path.Combine(directory, Single), index = Path.Combine(directory, Index);
        bool one = File.Exists(single), many = File.Exists(index);
        if (one && many) throw new MalformedFileException(index, $"there is {Single} beside it. Which one is meant? Move the other one away.");
        if (!one && !many)
            throw new MalformedFileException(single, $"it is not there, and no {Index} either. Is this the folder of a model, and has it safetensors files?");
        if (one) return OpenFile(single);
        WeightIndex shards = WeightIndex.Read(index);
        WeightFiles files = new(index);
        try
        {
            foreach (string shard in shards.Files) files.Add(Path.Combine(directory, shard), shards);
            foreach (string name in shards.Names)
                if (!files.Contains(name))
                    throw new MalformedFileException(index, $"it says that tensor '{name}' is in '{shards[name]}', where it is not.");
            return files;
        }
        catch
        {
            files.Dispose();
            throw;
        }
    }

    void Add(string path, WeightIndex? index = null)
    {
        SafetensorsFile file = SafetensorsFile.Open(path);
        _files.Add(file);
        foreach (SafetensorsEntry entry in file.Entries)
        {
            string? said = index?[entry.Name];
            if (index is not null && said != Path.GetFileName(path))
                throw new MalformedFileException(path, $"tensor '{entry.Name}' is in it, but {Index} "
                    + (said is null ? "does not name it." : $"says that it is in '{said}'."));
            _tensors.Add(entry.Name, (file, entry));
        }
    }

    /// <summary>All tensors.</summary>
    public IEnumerable<(SafetensorsFile File, SafetensorsEntry Entry)> Tensors => _tensors.Values;

    /// <summary>Whether there is a tensor of this name.</summary>
    public bool Contains(string name) => _tensors.ContainsKey(name);

    /// <summary>Whether there is a tensor whose name begins so.</summary>
    public bool ContainsAny(string start) => _tensors.Keys.Any(name => name.StartsWith(start, StringComparison.Ordinal));

    /// <summary>The tensor of this name, and the file in which it is.</summary>
    /// <exception cref="MalformedFileException">There is none.</exception>
    public (SafetensorsFile File, SafetensorsEntry Entry) this[string name] => _tensors.TryGetValue(name, out var found) ? found
        : throw new MalformedFileException(_path, $"it has no tensor '{name}'; it has {_tensors.Count}"
            + $"{(_tensors.Count == 0 ? "" : $", the first of them '{_tensors.Keys.First()}'")}.");

    /// <summary>The elements of a tensor.</summary>
    /// <exception cref="MalformedFileException">There is none, its type is not floating, or it does not have its checksum.</exception>
    public float[] Read(string name)
    {
        (SafetensorsFile file, SafetensorsEntry entry) = this[name];
        float[] elements = new float[entry.Count];
        file.Read(name, elements);
        return elements;
    }

    /// <summary>Sees that a tensor has the shape that follows from a configuration, before a model of that size is made.</summary>
    /// <param name="name">The tensor, in the file.</param>
    /// <param name="shape">Its shape, in the file.</param>
    /// <param name="because">The fields of the configuration that ask for it.</param>
    /// <exception cref="MalformedFileException">It is not there, or has another shape.</exception>
    public void Expect(string name, Shape shape, string because)
    {
        (SafetensorsFile file, SafetensorsEntry found) = this[name];
        if (!Has(found, shape))
            throw new MalformedFileException(file.Path, $"tensor '{name}' is {found}, but by {because} of {ModelConfig.FileName} it should be {shape}.");
    }

    /// <summary>Whether an entry has a shape; a file may have shapes that no tensor here can have.</summary>
    public static bool Has(SafetensorsEntry entry, Shape shape)
    {
        if (entry.Lengths.Length != shape.Rank) return false;
        for (int axis = 0; axis < shape.Rank; axis++)
            if (entry.Lengths[axis] != shape[axis]) return false;
        return true;
    }

    /// <summary>Closes the files.</summary>
    public void Dispose() => _files.ForEach(file => file.Dispose());
}
