namespace NativeSsl;

/// <summary>
/// What shared words alone tell about two texts: the cosine of their words, rare ones weighing more (tf · idf, Salton &amp; Buckley 1988), against a threshold that is best on training pairs. A
/// model that tells whether texts follow each other has to beat it.
/// </summary>
public sealed class WordOverlap
{
    // So many pairs settle a threshold.
    const int Pairs = 4000;

    readonly double[] _weights;
    readonly double _threshold;

    /// <summary>Learns weights and threshold.</summary>
    /// <param name="training">Pairs with their labels.</param>
    public WordOverlap(MaskedViews training)
    {
        TextSample[] samples = [.. Some(training)];
        long[] texts = new long[training.Marks.Vocabulary];
        foreach (int token in samples.SelectMany(sample => new[] { sample.Tokens.Where((_, i) => sample.Segments[i] == 0), sample.Tokens.Where((_, i) => sample.Segments[i] == 1) })
            .SelectMany(text => text.Distinct())) texts[token]++;
        _weights = [.. texts.Select((count, token) => training.Marks.IsSpecial(token) ? 0 : Math.Log((1.0 + 2 * samples.Length) / (1 + count)))];
        // Above the threshold a pair is said to belong together. Walking down from the highest cosine, each pair that does is a gain.
        (double best, double right) = (0, 0);
        _threshold = double.PositiveInfinity;
        foreach (var equal in samples.Select(sample => (Cosine: Cosine(sample), sample.Label)).GroupBy(pair => pair.Cosine).OrderByDescending(group => group.Key))
        {
            right += equal.Sum(pair => pair.Label == 0 ? 1 : -1);
            if (right > best) (best, _threshold) = (right, equal.Key);
        }
    }

    // Evenly spread over the set.
    static IEnumerable<TextSample> Some(MaskedViews views)
    {
        int count = Math.Min(Pairs, views.Count);
        return Enumerable.Range(0, count).Select(i => views.Sample((int)((long)i * views.Count / count)));
    }

    double Cosine(TextSample sample)
    {
        Dictionary<int, double>[] texts = [[], []];
        for (int i = 0; i < sample.Tokens.Length; i++)
            texts[sample.Segments[i]][sample.Tokens[i]] = texts[sample.Segments[i]].GetValueOrDefault(sample.Tokens[i]) + _weights[sample.Tokens[i]];
        double product = texts[0].Sum(word => word.Value * texts[1].GetValueOrDefault(word.Key));
        double lengths = texts.Aggregate(1.0, (all, text) => all * Math.Sqrt(text.Values.Sum(value => value * value)));
        return lengths > 0 ? product / lengths : 0;
    }

    /// <summary>The share of pairs that are told right.</summary>
    public double Accuracy(MaskedViews pairs) => Some(pairs).Average(sample => Cosine(sample) >= _threshold == (sample.Label == 0) ? 1.0 : 0.0);
}
