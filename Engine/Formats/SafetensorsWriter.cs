namespace NativeSsl;

/// <summary>
/// Writes safetensors files: the same tensors give the same bytes, whatever their order, the culture or the platform. Tensors are sorted by
/// size of element, largest first, so that each is aligned, then by name; the header is padded to eight bytes.
/// </summary>
public static class SafetensorsWriter
{
    /// <summary>Writes a file whole or not at all: until the new one is safely on the disk, an old one of that name stays.</summary>
    /// <param name="path">The file.</param>
    /// <param name="items">The tensors, in any order.</param>
    /// <param name="metadata">Strings to go with them. <c>"format": "pt"</c> is added:
    /// some readers refuse a file with metadata but without it.</param>
    /// <exception cref="FileWriteException">The disk is full, the folder is missing or may not be written to.</exception>
    /// <exception cref="NativeSslException">Two tensors of one name, or a name that is not text.</exception>
    public static void Write(string path, IEnumerable<SafetensorsItem> items, IReadOnlyDictionary<string, string>? metadata = null)
    {
        SafetensorsPlan plan = new(items, metadata, checksums: true);
        AtomicFile.Write(path, plan.Write, plan.Length);
    }

    /// <summary>Writes to a stream that can seek, from where it stands.</summary>
    /// <param name="stream">The header is written again when the checksums are known.</param>
    /// <param name="items">The tensors, in any order.</param>
    /// <param name="metadata">Strings to go with them.</param>
    /// <param name="checksums">False leaves out NativeSsl's metadata and <c>"format"</c>:
    /// the bytes are then those of the reference writer.</param>
    /// <exception cref="NativeSslException">Two tensors of one name, or a name that is not text.</exception>
    public static void Write(Stream stream, IEnumerable<SafetensorsItem> items,
        IReadOnlyDictionary<string, string>? metadata = null, bool checksums = true) =>
        new SafetensorsPlan(items, metadata, checksums).Write(stream);
}
