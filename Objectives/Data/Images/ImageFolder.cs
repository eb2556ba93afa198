namespace NativeSsl;

/// <summary>
/// PNG and JPEG files in a folder, or in a zip archive. The class of a picture is the folder it lies in; pictures that lie in no folder of
/// their own are a set without labels. They are decoded when they are read, every time: keep them with <see cref="CachedImages"/>.
/// Turned pictures (EXIF) stay as they are stored.
/// </summary>
public sealed class ImageFolder : IImageSource
{
    readonly PictureFiles _files;
    readonly int[] _places;

    ImageFolder(PictureFiles files, string name, int[] places, string[] folders, ImageSize size, IReadOnlyList<string>? classes)
    {
        (_files, Name, _places, Size) = (files, name, places, size);
        Classes = classes ?? [.. folders.Where(static folder => folder.Length > 0).Distinct().Order(StringComparer.Ordinal)];
        if (Classes.Count == 0) return;
        Dictionary<string, int> numbers = new(StringComparer.Ordinal);
        for (int i = 0; i < Classes.Count; i++) numbers.Add(Classes[i], i);
        int[] labels = new int[places.Length];
        for (int i = 0; i < labels.Length; i++)
            if (!numbers.TryGetValue(folders[i], out labels[i]))
                throw new MalformedFileException(files.NameOf(places[i]), folders[i].Length == 0
                    ? "it lies in no folder of a class, as others do. Move it into one, or away."
                    : $"its class '{folders[i]}' is none of the {Classes.Count} of the training set. Is the folder's name misspelt?");
        Labels = labels;
    }

    /// <inheritdoc/>
    public string Name { get; }
    /// <inheritdoc/>
    public int Count => _places.Length;
    /// <inheritdoc/>
    public ImageSize Size { get; }
    /// <inheritdoc/>
    public IReadOnlyList<int>? Labels { get; }
    /// <inheritdoc/>
    public IReadOnlyList<string> Classes { get; }

    /// <summary>Finds the pictures and their classes; none is decoded yet.</summary>
    /// <param name="path">A folder, or a <c>.zip</c>.</param>
    /// <param name="size">The size that they are stretched to; that of the first picture if null. 1 channel or 3.</param>
    /// <exception cref="MalformedFileException">It cannot be read, has no pictures, or some with a class and some without.</exception>
    /// <exception cref="ShapeException">The size has other channels than 1 or 3, or nothing in it.</exception>
    public static ImageFolder Open(string path, ImageSize? size = null)
    {
        PictureFiles files = PictureFiles.Open(path);
        int[] all = [.. Enumerable.Range(0, files.Paths.Count)];
        return new(files, path, all, FoldersOf(files), Check(size) ?? FirstSize(files), classes: null);
    }

    /// <summary>As <see cref="Open"/>; and if the topmost folders are called <c>train</c> and <c>test</c> or <c>val</c>,
    /// two sets with the same classes. Of <c>test</c> and <c>val</c> the former is taken if both are there.</summary>
    internal static (ImageFolder Train, ImageFolder? Test) OpenSplit(string path, ImageSize? size)
    {
        PictureFiles files = PictureFiles.Open(path);
        string[] folders = FoldersOf(files);
        ImageSize all = Check(size) ?? FirstSize(files);
        int[] train = Of("train"), test = Of("test"), validation = Of("val");
        if (train.Length == 0 || train.Length + test.Length + validation.Length < folders.Length)
            return (new(files, path, [.. Enumerable.Range(0, folders.Length)], folders, all, classes: null), null);
        if (test.Length == 0) test = validation;
        ImageFolder first = Part(train, classes: null);
        return (first, test.Length == 0 ? null : Part(test, first.Classes));

        int[] Of(string part) => [.. Enumerable.Range(0, folders.Length).Where(i => folders[i] == part ||
            folders[i].StartsWith(part + "/", StringComparison.Ordinal))];

        ImageFolder Part(int[] places, IReadOnlyList<string>? classes)
        {
            string top = folders[places[0]].Split('/')[0];
            string[] below = Array.ConvertAll(places, place => folders[place][Math.Min(folders[place].Length, top.Length + 1)..]);
            return new(files, $"{path}/{top}", places, below, all, classes);
        }
    }

    /// <inheritdoc/>
    public void Read(ReadOnlySpan<int> places, Span<byte> pixels)
    {
        this.CheckRead(places, pixels);
        for (int i = 0; i < places.Length; i++)
        {
            int file = _places[places[i]];
            ImageDecoder.Decode(_files.Read(file), _files.NameOf(file), Size, pixels.Slice(i * Size.Bytes, Size.Bytes));
        }
    }

    // The folder of each file, without what all have in common above the last one.
    static string[] FoldersOf(PictureFiles files)
    {
        string[] folders = [.. files.Paths.Select(static path => path[..Math.Max(0, path.LastIndexOf('/'))])];
        string first = folders[0];
        int common = first.LastIndexOf('/') + 1;
        while (common > 0 && !Array.TrueForAll(folders, folder => folder.AsSpan().StartsWith(first.AsSpan(0, common))))
            common = first.LastIndexOf('/', Math.Max(0, common - 2)) + 1;
        return Array.ConvertAll(folders, folder => folder[common..]);
    }

    static ImageSize FirstSize(PictureFiles files)
    {
        PictureHeader header = PictureHeader.Read(files.Read(0), files.NameOf(0));
        return new(header.Height, header.Width, header.Grey ? 1 : 3);
    }

    static ImageSize? Check(ImageSize? size) => size is null or { Height: > 0, Width: > 0, Channels: 1 or 3 } ? size
        : throw new ShapeException($"ImageFolder: images of {size.Value.Height} × {size.Value.Width} × {size.Value.Channels} were " +
            "asked for; one channel (grey) or three are made, of at least one pixel.");
}
