namespace NativeSsl;

/// <summary>
/// CIFAR-10's binary files: records of one label and 32 × 32 pixels, all reds, then all greens, then all blues (Krizhevsky 2009,
/// “Learning Multiple Layers of Features from Tiny Images”).
/// </summary>
public static class CifarImages
{
    const int Side = 32, Plane = Side * Side, Record = 1 + 3 * Plane, FineRecord = Record + 1;

    /// <summary>The file that names the classes, one a line.</summary>
    internal const string ClassesFile = "batches.meta.txt";

    /// <summary>Reads one or more files into memory, in the order given.</summary>
    /// <param name="paths">For example <c>data_batch_1.bin</c> … <c>data_batch_5.bin</c>.</param>
    /// <param name="classes">The names of the classes. If null, <c>batches.meta.txt</c> beside the first file says them;
    /// without it they are called 0 … 9.</param>
    /// <returns>Images <c>[count, 32, 32, 3]</c>.</returns>
    /// <exception cref="MalformedFileException">A file cannot be read, is no whole number of records, or has a label without
    /// a class.</exception>
    public static ImageSet Read(IReadOnlyList<string> paths, IReadOnlyList<string>? classes = null)
    {
        if (paths.Count == 0) throw new NativeSslException("CifarImages: no files were given.");
        classes ??= Classes(paths[0]);
        FileStream[] files = new FileStream[paths.Count];
        try
        {
            for (int i = 0; i < files.Length; i++) files[i] = WholeFile.Open(paths[i]);
            return Read(files, paths, classes);
        }
        finally
        {
            foreach (FileStream? file in files) file?.Dispose();
        }
    }

    /// <summary>As above, from streams that know their lengths.</summary>
    internal static ImageSet Read(IReadOnlyList<Stream> files, IReadOnlyList<string> names, IReadOnlyList<string> classes)
    {
        long count = 0;
        for (int i = 0; i < files.Count; i++) count += Records(files[i].Length, names[i]);
        if (count * 3 * Plane > Array.MaxLength)
            throw new MalformedFileException(names[0],
                $"{count} images are more than fit into memory at once; read fewer files, or write them as shards.");
        byte[] pixels = new byte[count * 3 * Plane], record = new byte[Record];
        int[] labels = new int[count];
        int image = 0;
        for (int i = 0; i < files.Count; i++)
            for (long start = 0; start < files[i].Length; start += Record, image++)
            {
                Fill(files[i], record, names[i], start);
                labels[image] = record[0] < classes.Count ? record[0]
                    : throw new MalformedFileException(names[i], $"byte {start}: label {record[0]}, but there are " +
                        $"{classes.Count} classes, from 0 on. Is this CIFAR-10's binary version?");
                Interleave(record.AsSpan(1), pixels.AsSpan(image * 3 * Plane, 3 * Plane));
            }
        return new(names.Count == 1 ? names[0] : $"{names[0]} and {names.Count - 1} more", new(Side, Side, 3), pixels, labels, classes);
    }

    static long Records(long length, string name)
    {
        if (length == 0) throw new MalformedFileException(name, "it is empty.");
        return length % Record == 0 ? length / Record
            : throw new MalformedFileException(name, $"its {length} bytes are no whole number of records of {Record}; " +
                (length % FineRecord == 0 ? $"they are of {FineRecord}. Is this CIFAR-100? Take CIFAR-10's binary version."
                    : $"the one from byte {length - length % Record} on is cut short. Fetch the file again."));
    }

    static void Fill(Stream file, byte[] record, string name, long start)
    {
        try { file.ReadExactly(record); }
        catch (IOException error)
        {
            throw new MalformedFileException(name, $"byte {start}: it cannot be read on: {error.Message}", error);
        }
    }

    static void Interleave(ReadOnlySpan<byte> planes, Span<byte> pixels)
    {
        for (int i = 0; i < Plane; i++)
            (pixels[3 * i], pixels[3 * i + 1], pixels[3 * i + 2]) = (planes[i], planes[Plane + i], planes[2 * Plane + i]);
    }

    static string[] Classes(string path)
    {
        string file = Path.Combine(Path.GetDirectoryName(path) ?? "", ClassesFile);
        return File.Exists(file) ? ParseClasses(WholeFile.Read(file), file)
            : [.. Enumerable.Range(0, 10).Select(static number => FormattableString.Invariant($"{number}"))];
    }

    /// <summary>The names of a file of class names: one a line, blank lines left out.</summary>
    internal static string[] ParseClasses(byte[] text, string file)
    {
        string[] names = TextCorpus.Decode(text, file, LineEnds.Normalize)
            .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (names.Length is < 1 or > 256)
            throw new MalformedFileException(file, $"it names {names.Length} classes; from 1 to 256 have room in a byte.");
        HashSet<string> known = new(StringComparer.Ordinal);
        foreach (string name in names)
            if (name.Length > 100 || name.Any(char.IsControl))
                throw new MalformedFileException(file, $"class {known.Count} has a name of {name.Length} characters that begins with " +
                    $"'{name[..Math.Min(name.Length, 20)]}'; at most 100 are taken, and no control characters.");
            else if (!known.Add(name)) throw new MalformedFileException(file, $"the class name '{name}' stands there twice.");
        return names;
    }
}
