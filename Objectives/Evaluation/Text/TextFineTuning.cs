using System.Diagnostics;

namespace NativeSsl;

/// <summary>
/// Trains a network and a classifier on labelled texts, or pairs: fine-tuning if the network was pretrained, supervised from scratch if it was not. One
/// loop for both, so that they differ in nothing but the first weights. Devlin et al. 2019, “BERT”, section 4.1: AdamW, warm-up, a straight fall; every
/// layer at its own rate; and the weights are kept that did best on validation texts. Texts of about the same length share a batch. No test text ever comes in. A language model may go on guessing next
/// tokens meanwhile: Radford et al. 2018, equation 5.
/// </summary>
public static class TextFineTuning
{
    /// <summary>Trains in place.</summary>
    /// <param name="classifier">Network and classifier; their parameters are changed.</param>
    /// <param name="marks">How texts become tokens.</param>
    /// <param name="train">What is learned from; <see cref="LabelledTexts.Take"/> for few labels.</param>
    /// <param name="validation">What tells when to stop, and which weights to keep; null to train to the end.</param>
    /// <param name="options">How.</param>
    /// <exception cref="NativeSslException">Texts are of the test split, there are none, nothing of the network can be trained, classes differ, or there is no auxiliary loss.</exception>
    /// <exception cref="DivergedException">The loss or a gradient is no finite number.</exception>
    public static TextFineTuned Fit(SequenceClassifier classifier, TextFrame marks, LabelledTexts train, LabelledTexts? validation, TextFineTuningOptions options)
    {
        var tuned = new TextFineTuned(classifier, marks, options.Batch);
        if (validation?.ForLearning("TextFineTuning") is { } held && held.Classes.Count != train.Classes.Count)
            throw new NativeSslException($"TextFineTuning: {train.Name} has {train.Classes.Count} classes, but the " +
                $"validation texts have {held.Classes.Count}.");
        return Fit(tuned, marks, train, validation is null ? null : _ => tuned.Accuracy(validation), options);
    }

    /// <summary>The same, with any function of the steps done so far in place of the accuracy on validation texts.</summary>
    internal static TextFineTuned Fit(TextFineTuned tuned, TextFrame marks, LabelledTexts train, Func<int, double>? validate, TextFineTuningOptions options)
    {
        SequenceClassifier classifier = tuned.Classifier;
        if (train.ForLearning("TextFineTuning").Classes.Count != classifier.Classes)
            throw new NativeSslException($"TextFineTuning: {train.Name} has {train.Classes.Count} classes, but the classifier has {classifier.Classes}.");
        if (!(options.AuxiliaryWeight >= 0 && double.IsFinite(options.AuxiliaryWeight)))
            throw new NativeSslException($"TextFineTuning: AuxiliaryWeight is {options.AuxiliaryWeight}; it must be 0, for no auxiliary loss, or more.");
        long began = Stopwatch.GetTimestamp();
        using FlopCount flops = new();
        var texts = new TextBatches(classifier.Backend, classifier.Context, marks, train.Texts, train.Seconds);
        int batch = Math.Min(options.Batch, train.Count);
        var order = new LengthOrder(texts.Lengths, batch, options.Seed);
        var optimizer = new AdamW(TuningGroups.Of(LayerRates.Of(classifier, options), options.WeightDecay));
        var clipping = new Clipping(optimizer.Parameters, options.Clip, losses: 1);
        int steps = Math.Max(options.LeastSteps, options.Epochs * (int)Math.Ceiling(train.Count / (double)batch));
        int warmup = (int)(options.Warmup * steps), look = Math.Max(1, steps / options.Looks), done = 0;
        Schedule rate = new LinearWarmup(warmup, new LinearDecay(options.LearningRate, 0, steps - warmup));
        var best = validate is null ? null : new BestWeights(classifier);
        while (done < steps && !(best?.Misses >= options.Patience))
        {
            int[] places = [.. order.Batch("TextFineTuning", done).Select(drawn => drawn.Place)];
            using (Step step = new(classifier.Backend, training: true, options.Seed, (ulong)done))
            {
                optimizer.Parameters.Zero();
                (Indices tokens, Indices segments, Indices lengths) = texts.At(places);
                Indices labels = Indices.From(classifier.Backend, [places.Length], [.. places.Select(place => train.Labels[place])]);
                (Tensor logits, Tensor? auxiliary) = classifier.Read(tokens, segments, lengths, options.AuxiliaryWeight > 0);
                Tensor loss = logits.CrossEntropy(labels, labelSmoothing: options.LabelSmoothing);
                if (auxiliary is not null) loss += auxiliary * (float)options.AuxiliaryWeight;             // L3 = L2 + λ L1
                loss.Backward();
                clipping.Look(loss);
                optimizer.Step(done, rate.At(done), clipping);
            }
            done++;
            if (done % look != 0 && done != steps) continue;
            if (clipping.Stands) throw Diverged(done, look, options);
            best?.Offer(validate!(done));
        }
        best?.Restore();
        (tuned.ValidationAccuracy, tuned.Steps) = (best?.Accuracy, done);
        tuned.Cost = new Cost(Stopwatch.GetElapsedTime(began).TotalSeconds, flops.Total, (long)done * batch);
        return tuned;
    }

    static DivergedException Diverged(int done, int look, TextFineTuningOptions options) => new(FormattableString.Invariant(
        $"TextFineTuning: the loss, or a gradient, was no finite number in one of the {look} steps up to step {done}. Lower the learning rate, which is {options.LearningRate}, or clip the gradient, to {options.Clip} now."));
}
