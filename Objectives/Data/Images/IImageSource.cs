namespace NativeSsl;

/// <summary>The size of every image of a set.</summary>
/// <param name="Height">Rows of pixels.</param>
/// <param name="Width">Pixels in a row.</param>
/// <param name="Channels">Numbers of a pixel: 1 for grey, 3 for red, green and blue.</param>
public readonly record struct ImageSize(int Height, int Width, int Channels)
{
    /// <summary>The bytes of one image.</summary>
    public int Bytes => checked(Height * Width * Channels);
}

/// <summary>
/// Images of one size that can be read in any order: from memory, or from files that do not fit it. A byte 0…255 is a brightness 0…1.
/// Reading is safe from several threads.
/// </summary>
public interface IImageSource
{
    /// <summary>Where they came from.</summary>
    string Name { get; }

    /// <summary>How many there are.</summary>
    int Count { get; }

    /// <summary>The size of each.</summary>
    ImageSize Size { get; }

    /// <summary>The class of each image, <see cref="Count"/> numbers from zero; null if the set is not labelled. Pretraining never looks.</summary>
    IReadOnlyList<int>? Labels { get; }

    /// <summary>The names of the classes; empty if there are none.</summary>
    IReadOnlyList<string> Classes { get; }

    /// <summary>Copies images.</summary>
    /// <param name="places">Which, each from 0 to <see cref="Count"/> − 1, in any order.</param>
    /// <param name="pixels">Receives <c>[places, height, width, channels]</c>.</param>
    /// <exception cref="ShapeException">A place is not in the set, or there is not as much room as the images need.</exception>
    /// <exception cref="MalformedFileException">A file has changed or was damaged since it was opened.</exception>
    void Read(ReadOnlySpan<int> places, Span<byte> pixels);
}
