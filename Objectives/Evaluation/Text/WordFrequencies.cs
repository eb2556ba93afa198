namespace NativeSsl;

/// <summary>
/// What a model of covered words has to beat: every word as likely as it is frequent in the training text, wherever it stands. Every count begins at one, so that nothing is
/// impossible. What has learned no more than that sits on this loss.
/// </summary>
/// <param name="training">The training text; read a document at a time, as the whole may be larger than memory.</param>
/// <param name="vocabulary">How many different tokens there are, marks included.</param>
public sealed class WordFrequencies(DocumentSet training, int vocabulary)
{
    /// <summary>ln p(v) of every token v, with p(v) = (n(v) + 1) / (N + V): <c>[vocabulary]</c>.</summary>
    public double[] LogProbabilities()
    {
        long[] counts = new long[vocabulary];
        foreach ((int first, int end) in training.Documents)
            foreach (int token in training.Store.Tokens(first, end)) counts[token]++;
        double total = training.TokenCount + (double)vocabulary;
        return [.. counts.Select(count => Math.Log((count + 1) / total))];
    }

    /// <summary>The mean of −ln p over the covered words of a set.</summary>
    /// <param name="views">The set, covered as in evaluation.</param>
    /// <returns>The mean, and how many words were covered.</returns>
    /// <exception cref="NativeSslException">The set is empty.</exception>
    /// <exception cref="IndexException">A covered word is outside the vocabulary.</exception>
    public (double Loss, long Words) Loss(MaskedViews views)
    {
        double[] logProbabilities = LogProbabilities();
        (double sum, long words) = (0, 0);
        foreach (Views some in views.Everything())
        {
            Indices covered = some.Indices[MaskedViews.Targets];
            covered.CheckWithin("WordFrequencies", vocabulary);
            foreach (int word in covered.Values.Span) sum -= logProbabilities[word];
            words += covered.Shape.Count;
        }
        return words > 0 ? (sum / words, words) : throw new NativeSslException("WordFrequencies: the set is empty.");
    }
}
