using System.Diagnostics;

namespace NativeSsl;

/// <summary>
/// The share of an image's pixels in each bin of colour, 4 × 4 × 4 for red, green and blue, 16 for grey: what can be said without looking
/// at shapes. A control that every encoder must beat.
/// </summary>
public static class ColourHistogram
{
    /// <summary>The histogram of each image.</summary>
    /// <param name="backend">The device of the features.</param>
    /// <param name="images">Images of one or three channels.</param>
    /// <param name="split">Which part of the data they are.</param>
    /// <returns><c>[images, 64]</c> or <c>[images, 16]</c></returns>
    /// <exception cref="ShapeException">The images have neither one channel nor three.</exception>
    public static FeatureSet Of(IBackend backend, IImageSource images, Split split)
    {
        if (images.Size.Channels is not (1 or 3))
            throw new ShapeException($"ColourHistogram: images of {images.Name} have {images.Size.Channels} channels; 1 or 3 are needed.");
        long began = Stopwatch.GetTimestamp();
        int bins = images.Size.Channels == 1 ? 16 : 64, pixels = images.Size.Height * images.Size.Width;
        float[] shares = new float[images.Count * bins];
        byte[] image = new byte[images.Size.Bytes];
        for (int i = 0; i < images.Count; i++)
        {
            images.Read([i], image);
            for (int p = 0; p < pixels; p++) shares[i * bins + Bin(image, p)] += 1f;
        }
        for (int i = 0; i < shares.Length; i++) shares[i] /= pixels;
        Tensor table = Tensor.Lasting(backend, [images.Count, bins]);
        table.Storage.CopyFrom(shares);
        Cost cost = new(Stopwatch.GetElapsedTime(began).TotalSeconds, null, images.Count);
        return new FeatureSet("colour histogram", split, table, images.Labels, images.Classes.Count, cost);

        int Bin(byte[] image, int p) =>
            bins == 16 ? image[p] >> 4 : (image[3 * p] >> 6 << 4) | (image[3 * p + 1] >> 6 << 2) | (image[3 * p + 2] >> 6);
    }
}
