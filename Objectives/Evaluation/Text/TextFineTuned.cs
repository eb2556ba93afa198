namespace NativeSsl;

/// <summary>A network and its classifier after training on labelled texts.</summary>
public sealed class TextFineTuned
{
    readonly TextFrame _marks;
    readonly int _batch;

    internal TextFineTuned(SequenceClassifier classifier, TextFrame marks, int batch) => (Classifier, _marks, _batch) = (classifier, marks, Math.Max(64, batch));

    /// <summary>Network and classifier.</summary>
    public SequenceClassifier Classifier { get; }
    /// <summary>The accuracy on validation texts for which these weights were kept; null if there were none.</summary>
    public double? ValidationAccuracy { get; internal set; }
    /// <summary>How many steps were taken.</summary>
    public int Steps { get; internal set; }
    /// <summary>What the training took; each text counts as often as it was seen.</summary>
    public Cost Cost { get; internal set; }

    /// <summary>ln p of every class for each text.</summary>
    public double[][] LogProbabilities(LabelledTexts texts) => LogProbabilities(texts.Texts, texts.Seconds);

    double[][] LogProbabilities(IReadOnlyList<string> texts, IReadOnlyList<string>? seconds)
    {
        (float[] values, int classes) = new TextBatches(Classifier.Backend, Classifier.Context, _marks, texts, seconds).Rows("TextFineTuned",
            (tokens, segments, lengths) => Classifier.Logits(tokens, segments, lengths).LogSoftmax(), _batch);
        return [.. values.Chunk(classes).Select(row => Array.ConvertAll(row, value => (double)value))];
    }

    /// <summary>The class of each text; of equally probable ones the first.</summary>
    public int[] Predict(LabelledTexts texts) => [.. LogProbabilities(texts).Select(row => Array.IndexOf(row, row.Max()))];

    /// <summary>The share of texts whose class was said rightly, 0 … 1.</summary>
    public double Accuracy(LabelledTexts texts) => texts.Accuracy(Predict(texts));

    /// <summary>The largest probability of each text: how sure the classifier is, for <see cref="OutOfScope"/>.</summary>
    public double[] Confidences(IReadOnlyList<string> texts) => [.. LogProbabilities(texts, null).Select(row => Math.Exp(row.Max()))];
}
