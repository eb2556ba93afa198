namespace NativeSsl;

/// <summary>Some images of a set, as a set.</summary>
/// <param name="images">The set.</param>
/// <param name="chosen">Which, in the order they are to have; one may come more than once.</param>
public sealed class SomeImages(IImageSource images, IReadOnlyList<int> chosen) : IImageSource
{
    /// <inheritdoc/>
    public string Name => images.Name;
    /// <inheritdoc/>
    public int Count => chosen.Count;
    /// <inheritdoc/>
    public ImageSize Size => images.Size;
    /// <inheritdoc/>
    public IReadOnlyList<int>? Labels { get; } = images.Labels is { } labels ? [.. chosen.Select(place => labels[place])] : null;
    /// <inheritdoc/>
    public IReadOnlyList<string> Classes => images.Classes;

    /// <inheritdoc/>
    public void Read(ReadOnlySpan<int> places, Span<byte> pixels)
    {
        int[] inner = new int[places.Length];
        for (int i = 0; i < inner.Length; i++)
            inner[i] = (uint)places[i] < (uint)Count ? chosen[places[i]]
                : throw new ShapeException($"SomeImages of {Name}: image {places[i]} was asked for, but there are {Count}, from 0 on.");
        images.Read(inner, pixels);
    }
}
