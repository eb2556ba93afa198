namespace NativeSsl;

/// <summary>What every set of images has to ask before it reads.</summary>
static class ImageReading
{
    /// <exception cref="ShapeException">A place is not in the set, or there is not as much room as the images need.</exception>
    internal static void CheckRead(this IImageSource source, ReadOnlySpan<int> places, Span<byte> pixels)
    {
        if (pixels.Length < (long)places.Length * source.Size.Bytes)
            throw new ShapeException(
                $"{source.Name}: {places.Length} images of {source.Size.Bytes} bytes do not fit into {pixels.Length} bytes.");
        int outside = places.IndexOfAnyExceptInRange(0, source.Count - 1);
        if (outside >= 0)
            throw new ShapeException($"{source.Name}: image {places[outside]} was asked for, but there are {source.Count}, from 0 on.");
    }
}
