namespace NativeSsl;

/// <summary>
/// Lets the batch norm of an encoder that was never trained see the images once, so that its running statistics fit them: without this a
/// random encoder is a weaker control than it need be.
/// </summary>
public static class Calibration
{
    /// <summary>One pass over the images in training mode, without gradients.</summary>
    /// <param name="encoder">The encoder; only its running statistics change.</param>
    /// <param name="images">Images of the training split.</param>
    /// <param name="tensors">Reads the images at some places as <c>[places, height, width, channels]</c> on a device.</param>
    /// <param name="batch">How many images go through at once. What is left over at the end is not shown.</param>
    /// <param name="seed">The seed of their order.</param>
    public static void Run(ImageEncoder encoder, IImageSource images, Func<IBackend, IImageSource, ReadOnlyMemory<int>, Tensor> tensors,
        int batch = 256, ulong seed = 0)
    {
        int[] order = [.. Enumerable.Range(0, images.Count)];
        new RandomSource(seed, 0).Shuffle<int>(order);
        int whole = Math.Min(batch, images.Count);
        using Tape.NoGradientScope scope = Tape.NoGradient();
        for (int start = 0; whole > 0 && start + whole <= order.Length; start += whole)
        {
            using Step step = new(encoder.Backend, training: true, seed, (ulong)start);
            encoder.Forward(tensors(encoder.Backend, images, order.AsMemory(start, whole)));
        }
    }
}
