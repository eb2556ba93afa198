using System.Diagnostics;

namespace NativeSsl;

/// <summary>
/// Trains an encoder and a linear classifier on labels: fine-tuning if the encoder was pretrained, supervised from scratch if it was not.
/// One loop for both, so that they differ in nothing but the first weights. AdamW, cosine.
/// </summary>
public static class FineTuning
{
    const int Looks = 20;

    /// <summary>Trains in place.</summary>
    /// <param name="encoder">The encoder; its parameters are changed.</param>
    /// <param name="train">Images of the training split, labelled.</param>
    /// <param name="labelled">The places whose labels are known.</param>
    /// <param name="tensors">Reads the images at some places as <c>[places, height, width, channels]</c> on a device.</param>
    /// <param name="options">How.</param>
    /// <exception cref="NativeSslException">There are no labels, or nothing of the encoder can be trained.</exception>
    /// <exception cref="DivergedException">The loss or a gradient is no finite number.</exception>
    public static FineTuned Fit(ImageEncoder encoder, IImageSource train, ReadOnlySpan<int> labelled,
        Func<IBackend, IImageSource, ReadOnlyMemory<int>, Tensor> tensors, FineTuningOptions options)
    {
        if (train.Labels is null || labelled.IsEmpty)
            throw new NativeSslException($"FineTuning: no labels of {train.Name} are given, so there is nothing to learn from.");
        long began = Stopwatch.GetTimestamp();
        using FlopCount flops = new();
        (int[] fitted, int[] held) = HoldOut(train, labelled, options);
        Linear head = NewHead(encoder, train, fitted, tensors, options);
        var tuned = new FineTuned(encoder, head, tensors, options);
        var order = new LabelledOrder(fitted, Math.Min(options.Batch, fitted.Length), options.Seed);
        var optimizer = new AdamW(TuningGroups.Of(encoder, head, options));
        var clipping = new Clipping(optimizer.Parameters, maxNorm: 0, losses: 1);          // nothing is clipped; what is no finite number moves nothing
        int steps = Math.Max(options.LeastSteps, options.Epochs * (int)Math.Ceiling(fitted.Length / (double)order.Batch));
        int look = Math.Max(1, steps / Looks);
        Schedule rate = new LinearWarmup(steps / 10, new Cosine(options.LearningRate, 0, steps - steps / 10));
        var best = held.Length == 0 ? null : new BestWeights(encoder, head);
        int done = 0;
        for (; done < steps && !(best?.Misses >= options.Patience); done++)
        {
            int[] places = order.At(done);
            using (Step step = new(encoder.Backend, training: !options.KeepStatistics, options.Seed, (ulong)done))
            {
                optimizer.Parameters.Zero();
                Tensor images = tensors(encoder.Backend, train, places);
                Tensor logits = head.Forward(encoder.Forward(options.Augment?.Invoke(images) ?? images));
                Indices labels = Indices.From(encoder.Backend, [places.Length], [.. places.Select(place => train.Labels[place])]);
                Tensor loss = logits.CrossEntropy(labels, labelSmoothing: options.LabelSmoothing);
                loss.Backward();
                clipping.Look(loss);
                optimizer.Step(done, rate.At(done), clipping);
            }
            if ((done + 1) % look != 0 && done + 1 != steps) continue;
            if (clipping.Stands)
                throw new DivergedException(FormattableString.Invariant($"FineTuning: the loss, or a gradient, was no finite number in one of the {look} steps up to step {done + 1}. Lower the learning rate, which is {options.LearningRate}."));
            if ((done + 1) % look == 0) best?.Offer(tuned.AccuracyOn(train, held));
        }
        best?.Restore();
        tuned.HeldOutAccuracy = best?.Accuracy;
        tuned.Cost = new Cost(Stopwatch.GetElapsedTime(began).TotalSeconds, flops.Total, (long)done * order.Batch);
        return tuned;
    }

    static (int[] Fitted, int[] Held) HoldOut(IImageSource train, ReadOnlySpan<int> labelled, FineTuningOptions options)
    {
        int[] places = labelled.ToArray();
        int[] labels = [.. places.Select(place => train.Labels![place])];
        int fewest = labels.GroupBy(label => label).Min(group => group.Count());
        if (options.HeldOutParts < 2 || fewest < 2) return (places, []);
        int[] part = Folds.Parts(labels, train.Classes.Count, Math.Min(options.HeldOutParts, fewest), options.Seed);
        return ([.. places.Where((_, i) => part[i] != 0)], [.. places.Where((_, i) => part[i] == 0)]);
    }

    static Linear NewHead(ImageEncoder encoder, IImageSource train, int[] fitted,
        Func<IBackend, IImageSource, ReadOnlyMemory<int>, Tensor> tensors, FineTuningOptions options)
    {
        var head = new Linear(new Init(encoder.Backend, options.Seed), encoder.Features, train.Classes.Count);
        if (!options.ProbeFirst) return head;
        FeatureSet features = Features.Of(encoder, new SomeImages(train, fitted), Split.Train, tensors);
        (Tensor weight, Tensor bias) = LinearProbe.Fit(features, options.Probe).Folded();
        head.CopyFrom([("weight", weight), ("bias", bias)]);
        return head;
    }
}
