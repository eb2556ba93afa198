namespace NativeSsl;

/// <summary>Grey images and their labels from the two IDX files that MNIST, Fashion-MNIST and their like come in,
/// plain or <c>.gz</c>.</summary>
public static class IdxImages
{
    /// <summary>Reads a set into memory.</summary>
    /// <param name="images">The file of images, for example <c>train-images-idx3-ubyte.gz</c>.</param>
    /// <param name="labels">The file of labels, for example <c>train-labels-idx1-ubyte.gz</c>; null for a set without.</param>
    /// <param name="classes">The names of the classes, which the files do not have; their numbers if null.</param>
    /// <returns>Images <c>[count, height, width, 1]</c>.</returns>
    /// <exception cref="MalformedFileException">A file cannot be read, is not an IDX file, or the two do not belong together.</exception>
    public static ImageSet Read(string images, string? labels = null, IReadOnlyList<string>? classes = null)
    {
        (int[] lengths, byte[] pixels) = IdxFile.Read(images, axes: 3);
        byte[]? values = labels is null ? null : IdxFile.Read(labels, axes: 1).Elements;
        return Combine(images, lengths, pixels, labels, values, classes);
    }

    static ImageSet Combine(string images, int[] lengths, byte[] pixels, string? labels, byte[]? values, IReadOnlyList<string>? classes)
    {
        if (values is not null)
        {
            if (values.Length != lengths[0])
                throw new MalformedFileException(labels!,
                    $"byte 4: it has {values.Length} labels, but {images} has {lengths[0]} images. Do the two belong together?");
            int place = classes is null ? -1 : values.AsSpan().IndexOfAnyExceptInRange((byte)0, (byte)(classes.Count - 1));
            if (place >= 0)
                throw new MalformedFileException(labels!,
                    $"byte {8 + place}: label {values[place]}, but there are {classes!.Count} classes, from 0 on.");
        }
        int[]? numbers = values is null ? null : Array.ConvertAll(values, static value => (int)value);
        return new(images, new(lengths[1], lengths[2], 1), pixels, numbers, classes);
    }
}
