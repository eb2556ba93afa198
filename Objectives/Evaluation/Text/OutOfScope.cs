namespace NativeSsl;

/// <summary>
/// Whether a classifier is surer of texts that belong to one of its classes than of texts that belong to none. Confidence is any number that grows with
/// certainty: the largest probability (Hendrycks &amp; Gimpel 2017, “A baseline for detecting misclassified and out-of-distribution examples”), or the
/// similarity to the nearest known text.
/// </summary>
public static class OutOfScope
{
    // P(in > out) + ½ P(in = out): Mann and Whitney's U over the number of pairs.
    /// <summary>The area under the curve of true against false acceptances, 0 … 1; ½ is chance.</summary>
    /// <param name="inScope">Confidences of texts that belong.</param>
    /// <param name="outOfScope">Confidences of texts that do not.</param>
    /// <exception cref="ShapeException">There are none of one kind.</exception>
    /// <remarks>Fawcett 2006, “An introduction to ROC analysis”, section 7.</remarks>
    public static double Auroc(ReadOnlySpan<double> inScope, ReadOnlySpan<double> outOfScope)
    {
        Check(inScope, outOfScope);
        double[] ranks = RankCorrelation.Ranks([.. inScope, .. outOfScope]);
        double n = inScope.Length, sum = 0;
        for (int i = 0; i < inScope.Length; i++) sum += ranks[i];
        return (sum - n * (n + 1) / 2) / (n * outOfScope.Length);
    }

    /// <summary>The share of texts out of scope that are accepted at the highest threshold that accepts the wanted share of those in scope.</summary>
    /// <param name="inScope">Confidences of texts that belong.</param>
    /// <param name="outOfScope">Confidences of texts that do not.</param>
    /// <param name="recall">The wanted share, above 0 and up to 1.</param>
    /// <exception cref="ShapeException">There are none of one kind.</exception>
    /// <exception cref="NativeSslException">The share is none.</exception>
    /// <remarks>Liang, Li &amp; Srikant 2018, “Enhancing the reliability of out-of-distribution image detection”, section 4.2.</remarks>
    public static double FalsePositiveRate(ReadOnlySpan<double> inScope, ReadOnlySpan<double> outOfScope, double recall = 0.95)
    {
        Check(inScope, outOfScope);
        if (recall is not (> 0 and <= 1)) throw new NativeSslException($"OutOfScope: a recall of {recall}; it must be above 0 and at most 1.");
        double[] sorted = inScope.ToArray();
        Array.Sort(sorted);
        // A hair less, since 0.95 of 20 is a little more than 19 in doubles.
        int accepted = Math.Max(1, (int)Math.Ceiling(recall * sorted.Length - 1e-9));
        double threshold = sorted[^accepted];
        int wrong = 0;
        foreach (double confidence in outOfScope) if (confidence >= threshold) wrong++;
        return (double)wrong / outOfScope.Length;
    }

    /// <summary>The threshold that says most texts of a validation set rightly; of equally good ones the lowest. Texts below it count as
    /// out of scope.</summary>
    /// <param name="inScope">Confidences of texts that belong.</param>
    /// <param name="right">Whether the class of each was said rightly.</param>
    /// <param name="outOfScope">Confidences of texts that do not belong.</param>
    /// <exception cref="ShapeException">There are none of one kind, or not as many of the first two.</exception>
    public static double Threshold(ReadOnlySpan<double> inScope, ReadOnlySpan<bool> right, ReadOnlySpan<double> outOfScope)
    {
        Check(inScope, outOfScope, right);
        // Going up past a confidence, texts in scope that were right are lost, and texts out of scope are won.
        (double Confidence, int Gain)[] texts = new (double, int)[inScope.Length + outOfScope.Length];
        for (int i = 0; i < inScope.Length; i++) texts[i] = (inScope[i], right[i] ? -1 : 0);
        for (int i = 0; i < outOfScope.Length; i++) texts[inScope.Length + i] = (outOfScope[i], 1);
        Array.Sort(texts, (a, b) => a.Confidence.CompareTo(b.Confidence));
        (double best, int most, int gain) = (texts[0].Confidence, 0, 0);
        for (int i = 0; i < texts.Length; i++)
        {
            gain += texts[i].Gain;
            double next = i + 1 < texts.Length ? texts[i + 1].Confidence : double.PositiveInfinity;
            if (gain > most && next > texts[i].Confidence) (best, most) = (next, gain);
        }
        return best;
    }

    /// <summary>The share of all texts said rightly: those in scope that are accepted and of the right class, and those out of scope that are not.</summary>
    /// <param name="inScope">Confidences of texts that belong.</param>
    /// <param name="right">Whether the class of each was said rightly.</param>
    /// <param name="outOfScope">Confidences of texts that do not belong.</param>
    /// <param name="threshold">From which confidence on a text is accepted.</param>
    /// <exception cref="ShapeException">There are none of one kind, or not as many of the first two.</exception>
    public static double Accuracy(ReadOnlySpan<double> inScope, ReadOnlySpan<bool> right, ReadOnlySpan<double> outOfScope, double threshold)
    {
        Check(inScope, outOfScope, right);
        int count = 0;
        for (int i = 0; i < inScope.Length; i++) if (right[i] && inScope[i] >= threshold) count++;
        foreach (double confidence in outOfScope) if (confidence < threshold) count++;
        return (double)count / (inScope.Length + outOfScope.Length);
    }

    static void Check(ReadOnlySpan<double> inScope, ReadOnlySpan<double> outOfScope)
    {
        if (inScope.IsEmpty || outOfScope.IsEmpty)
            throw new ShapeException($"OutOfScope: {inScope.Length} texts in scope and {outOfScope.Length} out of it; some of both are needed.");
    }

    static void Check(ReadOnlySpan<double> inScope, ReadOnlySpan<double> outOfScope, ReadOnlySpan<bool> right)
    {
        Check(inScope, outOfScope);
        if (right.Length != inScope.Length)
            throw new ShapeException($"OutOfScope: {right.Length} verdicts on {inScope.Length} texts in scope; each needs one.");
    }
}
