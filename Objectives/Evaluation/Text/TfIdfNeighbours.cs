namespace NativeSsl;

/// <summary>
/// The training text that shares the most telling words: the nearest by the cosine of <see cref="TfIdf"/>. What retrieval needs no learning for, and what
/// a classifier can do with one look at each label (1-nearest neighbour: Cover &amp; Hart 1967).
/// </summary>
public sealed class TfIdfNeighbours
{
    readonly SparseRows _texts;                                     // for each term the texts it stands in
    readonly TfIdf _terms;
    readonly int _count;

    /// <param name="texts">What may be found.</param>
    /// <param name="options">Which terms are counted.</param>
    /// <exception cref="NativeSslException">There are no texts, or none has a term.</exception>
    public TfIdfNeighbours(IReadOnlyList<string> texts, TfIdfOptions? options = null)
    {
        if (texts.Count == 0) throw new NativeSslException("TfIdfNeighbours: there are no texts to find.");
        _terms = TfIdf.Fit(texts, options);
        (_texts, _count) = (_terms.Transform(texts).Transposed(), texts.Count);
    }

    /// <summary>For each query the nearest text and its cosine; of equally near ones the first, and with 0 the first of all if no term is shared.</summary>
    public IReadOnlyList<(int Place, double Similarity)> Nearest(IReadOnlyList<string> queries)
    {
        SparseRows rows = _terms.Transform(queries);
        double[] similarities = new double[_count];
        (int, double)[] nearest = new (int, double)[queries.Count];
        for (int i = 0; i < nearest.Length; i++)
        {
            Array.Clear(similarities);
            for (int k = 0; k < rows.Columns(i).Length; k++)
            {
                int term = rows.Columns(i)[k];
                ReadOnlySpan<int> places = _texts.Columns(term);
                ReadOnlySpan<double> weights = _texts.Values(term);
                for (int j = 0; j < places.Length; j++) similarities[places[j]] += rows.Values(i)[k] * weights[j];
            }
            int best = 0;
            for (int j = 1; j < similarities.Length; j++) if (similarities[j] > similarities[best]) best = j;
            nearest[i] = (best, similarities[best]);
        }
        return nearest;
    }
}
