namespace NativeSsl;

/// <summary>Images in memory, a byte for each number.</summary>
public sealed class ImageSet : IImageSource
{
    readonly ReadOnlyMemory<byte> _pixels;

    /// <param name="name">Where they came from.</param>
    /// <param name="size">The size of each.</param>
    /// <param name="pixels"><c>[count, height, width, channels]</c>; not copied.</param>
    /// <param name="labels">The class of each image, if known.</param>
    /// <param name="classes">The names of the classes; their numbers if null.</param>
    /// <exception cref="ShapeException">The bytes are no whole number of images, there is not one label for each, or a label has no class.</exception>
    public ImageSet(string name, ImageSize size, ReadOnlyMemory<byte> pixels, IReadOnlyList<int>? labels = null, IReadOnlyList<string>? classes = null)
    {
        if (size.Height < 1 || size.Width < 1 || size.Channels < 1 || pixels.Length % size.Bytes != 0)
            throw new ShapeException($"ImageSet {name}: {pixels.Length} bytes are no whole number of images of {size.Height} × {size.Width} × {size.Channels}.");
        (Name, Size, _pixels, Count, Labels) = (name, size, pixels, pixels.Length / size.Bytes, labels);
        if (labels is not null && labels.Count != Count)
            throw new ShapeException($"ImageSet {name}: {labels.Count} labels for {Count} images; each image needs one.");
        int most = labels is { Count: > 0 } ? labels.Max() : -1, least = labels is { Count: > 0 } ? labels.Min() : 0;
        Classes = classes ?? [.. Enumerable.Range(0, most + 1).Select(i => FormattableString.Invariant($"{i}"))];
        if (least < 0 || most >= Classes.Count)
            throw new ShapeException($"ImageSet {name}: a label is {(least < 0 ? least : most)}, but there are {Classes.Count} classes, from 0 on.");
    }

    /// <inheritdoc/>
    public string Name { get; }
    /// <inheritdoc/>
    public int Count { get; }
    /// <inheritdoc/>
    public ImageSize Size { get; }
    /// <inheritdoc/>
    public IReadOnlyList<int>? Labels { get; }
    /// <inheritdoc/>
    public IReadOnlyList<string> Classes { get; }

    /// <inheritdoc/>
    public void Read(ReadOnlySpan<int> places, Span<byte> pixels)
    {
        if (pixels.Length < (long)places.Length * Size.Bytes)
            throw new ShapeException($"ImageSet {Name}: {places.Length} images of {Size.Bytes} bytes do not fit into {pixels.Length} bytes.");
        for (int i = 0; i < places.Length; i++)
        {
            if ((uint)places[i] >= (uint)Count)
                throw new ShapeException($"ImageSet {Name}: image {places[i]} was asked for, but there are {Count}, from 0 on.");
            _pixels.Span.Slice(places[i] * Size.Bytes, Size.Bytes).CopyTo(pixels[(i * Size.Bytes)..]);
        }
    }
}
