namespace NativeSsl;

/// <summary>Grey images seen as red, green and blue: every brightness three times. For encoders that were trained on colours.</summary>
/// <param name="images">Of one channel.</param>
public sealed class GreyAsColor(IImageSource images) : IImageSource
{
    readonly IImageSource _images = images.Size.Channels == 1 ? images
        : throw new ShapeException($"GreyAsColor: {images.Name} has images of {images.Size.Channels} channels; one is needed.");

    /// <inheritdoc/>
    public string Name => _images.Name;
    /// <inheritdoc/>
    public int Count => _images.Count;
    /// <inheritdoc/>
    public ImageSize Size => _images.Size with { Channels = 3 };
    /// <inheritdoc/>
    public IReadOnlyList<int>? Labels => _images.Labels;
    /// <inheritdoc/>
    public IReadOnlyList<string> Classes => _images.Classes;

    /// <inheritdoc/>
    public void Read(ReadOnlySpan<int> places, Span<byte> pixels)
    {
        int count = checked(places.Length * _images.Size.Bytes);
        if (pixels.Length < 3L * count)
            throw new ShapeException($"GreyAsColor {Name}: {places.Length} images of {Size.Bytes} bytes do not fit into {pixels.Length} bytes.");
        _images.Read(places, pixels);
        // From the last to the first: three bytes never lie in front of the one they come from.
        for (int i = count - 1; i >= 0; i--) pixels.Slice(3 * i, 3).Fill(pixels[i]);
    }
}
