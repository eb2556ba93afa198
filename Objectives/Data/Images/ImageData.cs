namespace NativeSsl;

/// <summary>Finds out what kind of data set a path is, and opens it.</summary>
public static class ImageData
{
    /// <summary>The name that stands for the set which comes with the library; see <see cref="ProceduralImages"/>.</summary>
    public const string BuiltInName = "built-in";

    const string ImagesMark = "-images-idx3-ubyte", LabelsMark = "-labels-idx1-ubyte", Packed = ".gz", Archive = ".zip", Records = ".bin";

    /// <summary>
    /// Opens a set of images. Understood are <c>built-in</c>; a folder with IDX files of MNIST's names, with CIFAR-10's <c>.bin</c> files,
    /// with shards that <see cref="ImageShards"/> wrote, or with PNG and JPEG files in a folder for each class, below folders <c>train</c>
    /// and <c>test</c> (or <c>val</c>) if there are two parts; a <c>.zip</c> of such pictures, or a folder with one; and a single file of
    /// IDX images or <c>.bin</c> records. IDX and CIFAR files are read into memory; of pictures and shards as much is kept there as fits.
    /// </summary>
    /// <param name="path">The path, or <c>built-in</c>.</param>
    /// <param name="size">The size that pictures are stretched to; that of the first one if null. The other kinds have their own.</param>
    /// <param name="cacheBytes">How much memory each part may use for pictures and shards.</param>
    /// <returns>The part to train on, and the part to test on, with the same classes; null if there is only one part.</returns>
    /// <exception cref="MalformedFileException">There is nothing there, nothing that is known, or a file is damaged.</exception>
    public static (IImageSource Train, IImageSource? Test) Open(string path, ImageSize? size = null, long cacheBytes = 1L << 30)
    {
        if (path == BuiltInName) return (ProceduralImages.Train(), ProceduralImages.Test());
        if (File.Exists(path)) return OpenFile(path, size, cacheBytes);
        if (!Directory.Exists(path)) throw new MalformedFileException(path, "there is no such file or folder.");
        string[] files = FilesOf(path);
        if (IsSharded(path)) return (ImageShards.Open(path, cacheBytes), null);
        if (IsSharded(Path.Combine(path, "train")))
            return (ImageShards.Open(Path.Combine(path, "train"), cacheBytes),
                IsSharded(Path.Combine(path, "test")) ? ImageShards.Open(Path.Combine(path, "test"), cacheBytes) : null);
        if (Array.Exists(files, IsIdx)) return OpenIdx(path, Array.FindAll(files, IsIdx));
        if (Array.Exists(files, IsRecords)) return OpenCifar(path, Array.FindAll(files, IsRecords));
        return Pictures(Array.FindAll(files, IsArchive) is [string archive] ? archive : path, size, cacheBytes);
    }

    static (IImageSource, IImageSource?) OpenFile(string path, ImageSize? size, long cacheBytes) =>
        IsArchive(path) ? Pictures(path, size, cacheBytes)
        : IsRecords(path) ? (CifarImages.Read([path]), null)
        : IsIdx(path) ? (Idx(path, classes: null), null)
        : throw new MalformedFileException(path, $"its name does not say what it is. Known are names with '{ImagesMark}' in them, and " +
            $"those that end in {Records} or {Archive}; a folder of pictures is opened as a folder.");

    static (IImageSource, IImageSource?) OpenIdx(string folder, string[] files)
    {
        (string[] train, string[] test) = Split(files, static file => Starts(file, "train"));
        if (train.Length == 0) (train, test) = (test, []);
        if (train.Length > 1 || test.Length > 1)
            throw new MalformedFileException(folder, $"it has {files.Length} files of images: one that begins with 'train' and one other " +
                "are expected. Open the one that is meant.");
        ImageSet first = Idx(train[0], classes: null);
        if (test.Length == 0) return (first, null);
        ImageSet second = Idx(test[0], first.Labels is null ? null : first.Classes);
        return second.Size == first.Size ? (first, second)
            : throw new MalformedFileException(test[0], $"its images have {second.Size.Height} × {second.Size.Width} pixels, but those " +
                $"of {train[0]} {first.Size.Height} × {first.Size.Width}. Do the two belong together?");
    }

    static ImageSet Idx(string images, IReadOnlyList<string>? classes)
    {
        string name = Path.GetFileName(images).Replace(ImagesMark, LabelsMark, StringComparison.Ordinal);
        string labels = Path.Combine(Path.GetDirectoryName(images) ?? "", name);
        // one of the two may have been unpacked
        string other = labels.EndsWith(Packed, StringComparison.Ordinal) ? labels[..^Packed.Length] : labels + Packed;
        return IdxImages.Read(images, File.Exists(labels) ? labels : File.Exists(other) ? other : null, classes);
    }

    static (IImageSource, IImageSource?) OpenCifar(string folder, string[] files)
    {
        (string[] test, string[] train) = Split(files, static file => Starts(file, "test"));
        if (train.Length == 0)
            throw new MalformedFileException(folder,
                "it has test batches only; those to train on, data_batch_1.bin and so on, are missing.");
        ImageSet first = CifarImages.Read(train);
        return (first, test.Length == 0 ? null : CifarImages.Read(test, first.Classes));
    }

    static (IImageSource, IImageSource?) Pictures(string path, ImageSize? size, long cacheBytes)
    {
        (ImageFolder train, ImageFolder? test) = ImageFolder.OpenSplit(path, size);
        return (new CachedImages(train, cacheBytes), test is null ? null : new CachedImages(test, cacheBytes));
    }

    static (string[] Those, string[] Others) Split(string[] files, Predicate<string> are) =>
        (Array.FindAll(files, are), Array.FindAll(files, file => !are(file)));

    static string[] FilesOf(string folder)
    {
        try { return [.. Directory.GetFiles(folder).Order(StringComparer.Ordinal)]; }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new MalformedFileException(folder, $"it cannot be listed: {error.Message}", error);
        }
    }

    static bool IsSharded(string folder) => File.Exists(Path.Combine(folder, ShardIndex.FileName));
    static bool IsIdx(string file) => Path.GetFileName(file).Contains(ImagesMark, StringComparison.Ordinal);
    static bool IsRecords(string file) => file.EndsWith(Records, StringComparison.OrdinalIgnoreCase);
    static bool IsArchive(string file) => file.EndsWith(Archive, StringComparison.OrdinalIgnoreCase);
    static bool Starts(string file, string text) => Path.GetFileName(file).StartsWith(text, StringComparison.Ordinal);
}
