using System.Buffers;
using System.Numerics;

namespace NativeSsl;

/// <summary>Images of a set as tensors.</summary>
public static class ImageTensors
{
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
            Convert(pixels.AsSpan(0, count), floats);
            return Tensor.From(backend, [places.Length, size.Height, size.Width, size.Channels], floats.AsSpan(0, count));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(pixels);
            ArrayPool<float>.Shared.Return(floats);
        }
    }

    // 0 … 255 to 0 … 1. Sixteen or more at a time: element by element this would cost as much as the crops.
    static void Convert(ReadOnlySpan<byte> pixels, Span<float> brightnesses)
    {
        var white = new Vector<float>(255f);
        int i = 0, four = Vector<float>.Count;
        for (; i + Vector<byte>.Count <= pixels.Length; i += Vector<byte>.Count)
        {
            Vector.Widen(new Vector<byte>(pixels[i..]), out Vector<ushort> low, out Vector<ushort> high);
            Vector.Widen(low, out Vector<uint> first, out Vector<uint> second);
            Vector.Widen(high, out Vector<uint> third, out Vector<uint> fourth);
            (Vector.ConvertToSingle(Vector.AsVectorInt32(first)) / white).CopyTo(brightnesses[i..]);
            (Vector.ConvertToSingle(Vector.AsVectorInt32(second)) / white).CopyTo(brightnesses[(i + four)..]);
            (Vector.ConvertToSingle(Vector.AsVectorInt32(third)) / white).CopyTo(brightnesses[(i + 2 * four)..]);
            (Vector.ConvertToSingle(Vector.AsVectorInt32(fourth)) / white).CopyTo(brightnesses[(i + 3 * four)..]);
        }
        for (; i < pixels.Length; i++) brightnesses[i] = pixels[i] / 255f;
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
