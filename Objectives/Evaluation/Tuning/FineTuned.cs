namespace NativeSsl;

/// <summary>An encoder and a classifier after training on labels.</summary>
public sealed class FineTuned
{
    readonly Func<IBackend, IImageSource, ReadOnlyMemory<int>, Tensor> _tensors;
    readonly FineTuningOptions _options;

    internal FineTuned(ImageEncoder encoder, Linear head, Func<IBackend, IImageSource, ReadOnlyMemory<int>, Tensor> tensors,
        FineTuningOptions options) =>
        (Encoder, Head, _tensors, _options) = (encoder, head, tensors, options);

    /// <summary>The encoder.</summary>
    public ImageEncoder Encoder { get; }
    /// <summary>The classifier of its features.</summary>
    public Linear Head { get; }
    /// <summary>The accuracy on held-out labels for which these weights were kept; null if none were held out.</summary>
    public double? HeldOutAccuracy { get; internal set; }
    /// <summary>What the training took; each image counts as often as it was seen.</summary>
    public Cost Cost { get; internal set; }

    /// <summary>The class of each image.</summary>
    public int[] Predict(IImageSource images)
    {
        FeatureSet logits = Features.Of("logits", Encoder.Backend, x => Head.Forward(Encoder.Forward(x)), images, Split.Test, _tensors,
            Math.Max(64, _options.Batch));
        int classes = logits.Width;
        float[] values = logits.Values.ToArray();
        int[] predicted = new int[images.Count];
        for (int i = 0; i < predicted.Length; i++)
            for (int c = 1; c < classes; c++) if (values[i * classes + c] > values[i * classes + predicted[i]]) predicted[i] = c;
        return predicted;
    }

    /// <summary>The share of images whose class was said rightly, 0 … 1.</summary>
    /// <exception cref="NativeSslException">The images are not labelled.</exception>
    public double Accuracy(IImageSource images)
    {
        if (images.Labels is not { } labels)
            throw new NativeSslException($"FineTuned: {images.Name} has no labels, so there is nothing to compare with.");
        return Predict(images).Where((predicted, i) => predicted == labels[i]).Count() / (double)images.Count;
    }

    internal double AccuracyOn(IImageSource images, int[] places) => Accuracy(new SomeImages(images, places));
}
