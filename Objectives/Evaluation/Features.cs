using System.Diagnostics;

namespace NativeSsl;

/// <summary>
/// Takes features of all images of a set: in batches, one step for each, in evaluation mode and without a tape. How bytes become numbers
/// (scaled, normalised, resized) is a function that comes in, since it must be that of the encoder's training.
/// </summary>
public static class Features
{
    /// <summary>What an encoder makes of the images.</summary>
    /// <param name="encoder">The encoder, on its device.</param>
    /// <param name="images">The images; their labels go along.</param>
    /// <param name="split">Which part of the data the images are.</param>
    /// <param name="tensors">Reads the images at some places as <c>[places, height, width, channels]</c> on a device.</param>
    /// <param name="batch">How many images go through at once.</param>
    /// <returns><c>[images, features]</c></returns>
    public static FeatureSet Of(ImageEncoder encoder, IImageSource images, Split split,
        Func<IBackend, IImageSource, ReadOnlyMemory<int>, Tensor> tensors, int batch = 256) =>
        Of("encoder", encoder.Backend, encoder.Forward, images, split, tensors, batch);

    /// <summary>What any function makes of the images.</summary>
    /// <param name="name">What the rows are called in a report.</param>
    /// <param name="backend">The device.</param>
    /// <param name="features"><c>[batch, height, width, channels]</c> to <c>[batch, ...]</c>; what follows the first axis is one
    /// row.</param>
    /// <param name="images">The images; their labels go along.</param>
    /// <param name="split">Which part of the data the images are.</param>
    /// <param name="tensors">Reads the images at some places as <c>[places, height, width, channels]</c> on a device.</param>
    /// <param name="batch">How many images go through at once.</param>
    /// <returns><c>[images, features]</c></returns>
    /// <exception cref="ShapeException">The function returns another number of rows than it was given images, or rows of several
    /// widths.</exception>
    /// <exception cref="NativeSslException">There are no images, or a feature is not a finite number.</exception>
    public static FeatureSet Of(string name, IBackend backend, Func<Tensor, Tensor> features, IImageSource images, Split split,
        Func<IBackend, IImageSource, ReadOnlyMemory<int>, Tensor> tensors, int batch = 256)
    {
        if (images.Count == 0) throw new NativeSslException($"Features {name}: {images.Name} has no images.");
        long began = Stopwatch.GetTimestamp();
        using FlopCount flops = new();
        float[] values = [];
        int width = 0;
        foreach (ReadOnlyMemory<int> places in Batches(images.Count, batch))
        {
            using Step step = new(backend);
            using Tape.NoGradientScope scope = Tape.NoGradient();
            Tensor rows = features(tensors(backend, images, places));
            int first = places.Span[0];
            if (first == 0)
            {
                width = checked((int)(rows.Shape.Count / places.Length));
                values = new float[checked((long)images.Count * width)];
            }
            if (rows.Shape.Rank < 1 || rows.Shape[0] != places.Length || rows.Shape.Count != (long)places.Length * width)
                throw new ShapeException($"Features {name}: {places.Length} images gave shape {rows.Shape}; one row of {width} for each " +
                    "is needed.");
            rows.Storage.CopyTo(values.AsSpan(checked(first * width), checked(places.Length * width)));
        }
        if (values.AsSpan().IndexOfAnyExceptInRange(float.MinValue, float.MaxValue) is >= 0 and int place)
            throw new NativeSslException($"Features {name}: feature {place % width} of image {place / width} of {images.Name} " +
                $"is {values[place]}. The network has diverged: take an earlier checkpoint.");
        Tensor table = Tensor.Lasting(backend, [images.Count, width]);
        table.Storage.CopyFrom(values);
        Cost cost = new(Stopwatch.GetElapsedTime(began).TotalSeconds, flops.Total, images.Count);
        return new FeatureSet(name, split, table, images.Labels, images.Classes.Count, cost);
    }

    /// <summary>0 … count − 1 in order, in pieces.</summary>
    internal static IEnumerable<ReadOnlyMemory<int>> Batches(int count, int batch)
    {
        if (batch < 1) throw new NativeSslException($"Features: batches of {batch} images; at least one is needed.");
        for (int start = 0; start < count; start += batch)
            yield return Enumerable.Range(start, Math.Min(batch, count - start)).ToArray();
    }
}
