namespace NativeSsl;

/// <summary>How well sentence embeddings agree with people, and how they lie on the sphere.</summary>
/// <param name="Spearman">Spearman's ρ of cosines and scores: the measure of semantic textual similarity.</param>
/// <param name="Anisotropy">The mean cosine of two different sentences.</param>
/// <param name="Alignment">The mean squared distance of pairs that people found alike; null if there are none.</param>
/// <param name="Uniformity">How evenly the sentences fill the sphere.</param>
public sealed record SentenceScores(double Spearman, double Anisotropy, double? Alignment, double Uniformity);

/// <summary>
/// Judges sentence embeddings without training anything on top: Gao, Yao &amp; Chen 2021, “SimCSE: simple contrastive learning of sentence embeddings”,
/// sections 2.2 and 6.1.
/// </summary>
public static class SentenceSimilarity
{
    /// <summary>All measures of one set.</summary>
    /// <param name="pairs">Pairs with scores.</param>
    /// <param name="embed">Makes one row of each text, <c>[texts, width]</c>:
    /// <see cref="TextFeatures.Of(TextEncoder, TextFrame, IReadOnlyList{string}, TextPooling, int)"/>.</param>
    /// <param name="alike">Pairs of a higher score are positive: 4 of 5 in the paper.</param>
    /// <exception cref="NativeSslException">The pairs have no scores.</exception>
    public static SentenceScores Of(TextPairs pairs, Func<IReadOnlyList<string>, Tensor> embed, double alike = 4)
    {
        if (pairs.Scores is not { } scores)
            throw new NativeSslException($"SentenceSimilarity: nobody scored the pairs of {pairs.Name}; there is nothing to agree with.");
        string[] sentences = [.. pairs.Firsts.Concat(pairs.Seconds).Distinct(StringComparer.Ordinal)];
        Dictionary<string, int> places = sentences.Select((text, i) => (text, i)).ToDictionary(entry => entry.text, entry => entry.i, StringComparer.Ordinal);
        Tensor rows = embed(sentences);
        Tensor Rows(IEnumerable<string> texts)
        {
            using Tape.NoGradientScope scope = Tape.NoGradient();
            int[] ids = [.. texts.Select(text => places[text])];
            return rows.Gather(Indices.From(rows.Backend, [ids.Length], ids));
        }
        (Tensor first, Tensor second) = (Rows(pairs.Firsts), Rows(pairs.Seconds));
        int[] positive = [.. Enumerable.Range(0, pairs.Count).Where(i => scores[i] > alike)];
        double? alignment = positive.Length == 0 ? null
            : NativeSsl.Alignment.Of(Rows(positive.Select(i => pairs.Firsts[i])), Rows(positive.Select(i => pairs.Seconds[i])));
        return new(RankCorrelation.Spearman(Cosines(first, second), [.. scores]), Anisotropy(rows), alignment, NativeSsl.Uniformity.Of(rows));
    }

    /// <summary>The cosine of each row of one table and the same row of the other.</summary>
    /// <param name="first"><c>[count, width]</c>.</param>
    /// <param name="second">The same shape.</param>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    public static double[] Cosines(Tensor first, Tensor second)
    {
        if (first.Shape != second.Shape || first.Shape.Rank != 2)
            throw new ShapeException($"SentenceSimilarity: rows have shapes {first.Shape} and {second.Shape}; both must be [count, width].");
        float[] x = Spread.Directions(first), y = Spread.Directions(second);
        int width = first.Shape[1];
        double[] cosines = new double[first.Shape[0]];
        for (int i = 0; i < cosines.Length; i++)
            for (int j = 0; j < width; j++) cosines[i] += (double)x[i * width + j] * y[i * width + j];
        return cosines;
    }

    // Σᵢ≠ⱼ uᵢ · uⱼ = ‖Σ u‖² − Σ ‖u‖²: all pairs in one pass, where the paper draws some at random.
    /// <summary>The mean cosine of two different rows: 0 if they lie evenly around the origin, 1 if all point one way.</summary>
    /// <param name="rows"><c>[count, width]</c>.</param>
    /// <exception cref="ShapeException">Rows are no table of two at least.</exception>
    /// <remarks>Ethayarajh 2019, “How contextual are contextualized word representations?”, section 3.3.</remarks>
    public static double Anisotropy(Tensor rows)
    {
        if (rows.Shape.Rank != 2 || rows.Shape[0] < 2)
            throw new ShapeException($"SentenceSimilarity: rows have shape {rows.Shape}; [count, width] with at least two rows is needed.");
        float[] u = Spread.Directions(rows);
        (double n, int width) = (rows.Shape[0], rows.Shape[1]);
        double[] sum = new double[width];
        double squares = 0;
        for (int i = 0; i < u.Length; i++)
        {
            sum[i % width] += u[i];
            squares += (double)u[i] * u[i];
        }
        return (sum.Sum(value => value * value) - squares) / (n * (n - 1));
    }
}
