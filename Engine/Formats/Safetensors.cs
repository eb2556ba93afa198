namespace NativeSsl;

/// <summary>Whole safetensors files at once: what a script needs.
/// <see cref="SafetensorsFile"/> and <see cref="SafetensorsWriter"/> do more.</summary>
public static class Safetensors
{
    /// <summary>Writes Float32 tensors to a file, whole or not at all.</summary>
    /// <param name="path">The file.</param>
    /// <param name="tensors">The tensors by name.</param>
    /// <param name="metadata">Strings to go with them.</param>
    /// <param name="type">F32, or rounded to F16 or BF16.</param>
    /// <exception cref="FileWriteException">The disk is full, the folder is missing or may not be written to.</exception>
    public static void Save(string path, IEnumerable<KeyValuePair<string, Tensor>> tensors,
        IReadOnlyDictionary<string, string>? metadata = null, SafetensorsType type = SafetensorsType.Float32) =>
        SafetensorsWriter.Write(path, tensors.Select(pair => SafetensorsItem.From(pair.Key, pair.Value, type)), metadata);

    /// <summary>Reads all floating tensors of a file, as Float32 tensors that outlive the step;
    /// tensors of whole numbers are left out.</summary>
    /// <param name="path">The file.</param>
    /// <param name="backend">The device they go to.</param>
    /// <param name="verify">Whether to hold header and tensors against their checksums.</param>
    /// <exception cref="MalformedFileException">It cannot be read, is not a safetensors file, or was damaged.</exception>
    public static Dictionary<string, Tensor> Load(string path, IBackend backend, bool verify = true)
    {
        using SafetensorsFile file = SafetensorsFile.Open(path, verify);
        return file.Entries.Where(static entry => entry.IsFloating)
            .ToDictionary(static entry => entry.Name, entry => file.Read(entry.Name, backend));
    }
}
