using System.Buffers;

namespace NativeSsl;

/// <summary>Images of a set as tensors.</summary>
public static class ImageTensors
{
    static readonly float[] Brightness = [.. Enumerable.Range(0, 256).Select(value => value / 255f)];

    /// <summary>Images as they are, normalised: for evaluation.</summary>
    /// <param name="backend">The device.</param>
    /// <param name="images">The set.</param>
    /// <param name="places">Which images.</param>
    /// <param name="normalization">What is done to each channel.</param>
    /// <returns><c>[places, height, width, channels]</c>.</returns>
    /// <exception cref="ShapeException">A place is not in the set, or the normalisation is for another number of channels.</exception>
    public static Tensor Of(IBackend backend, IImageSource images, ReadOnlySpan<int> places, Normalization normalization)
    {
        CheckChannels(images, normalization);
        return Normalized(Brightnesses(backend, images, places), [], normalization);
    }

    /// <summary>Images as they are, 0 … 1.</summary>
    internal static Tensor Brightnesses(IBackend backend, IImageSource images, ReadOnlySpan<int> places)
    {
        ImageSize size = images.Size;
        int count = checked(places.Length * size.Bytes);
        byte[] pixels = ArrayPool<byte>.Shared.Rent(count);
        float[] floats = ArrayPool<float>.Shared.Rent(count);
        try
        {
            images.Read(places, pixels.AsSpan(0, count));
            for (int i = 0; i < count; i++) floats[i] = Brightness[pixels[i]];
            return Tensor.From(backend, [places.Length, size.Height, size.Width, size.Channels], floats.AsSpan(0, count));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(pixels);
            ArrayPool<float>.Shared.Return(floats);
        }
    }

    internal static Tensor Normalized(Tensor x, ReadOnlySpan<ColorStep> steps, Normalization normalization) =>
        x.AdjustColors(steps, [.. normalization.Means], [.. normalization.Deviations]);

    internal static void CheckChannels(IImageSource images, Normalization normalization)
    {
        if (normalization.Means.Count != images.Size.Channels)
            throw new ShapeException($"{images.Name} has images of {images.Size.Channels} channels, but the normalization is for " +
                $"{normalization.Means.Count}. Use Normalization.Of(images).");
    }
}
