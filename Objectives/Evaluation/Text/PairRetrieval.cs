namespace NativeSsl;

/// <summary>
/// Whether each text of a pair finds the other among all: the share whose nearest row, by the cosine, is its partner (the Tatoeba task of Artetxe &amp;
/// Schwenk 2019, “Massively multilingual sentence embeddings”, section 4.3, as accuracy). Chance is one in the number of pairs.
/// </summary>
/// <param name="Forward">The share of first texts that find their second.</param>
/// <param name="Backward">The share of second texts that find their first.</param>
public sealed record PairRetrieval(double Forward, double Backward)
{
    const int RowsAtOnce = 256;

    /// <summary>Asks both ways; of equally near rows the first counts. Each text should stand in one pair only: <see cref="TextPairs.Distinct"/>.</summary>
    /// <param name="first">Features of the first text of each pair, <c>[count, width]</c>.</param>
    /// <param name="second">Features of the second texts, in the same order.</param>
    /// <exception cref="ShapeException">The shapes differ, or there are no pairs.</exception>
    public static PairRetrieval Of(Tensor first, Tensor second)
    {
        if (first.Shape != second.Shape || first.Shape.Rank != 2 || first.Shape.Count == 0)
            throw new ShapeException($"PairRetrieval: rows have shapes {first.Shape} and {second.Shape}; both must be [count, width], with at least one row.");
        return new(Found(first, second), Found(second, first));
    }

    static double Found(Tensor queries, Tensor bank)
    {
        using Tape.NoGradientScope scope = Tape.NoGradient();
        Tensor directions = bank.Normalize().Keep();
        int count = queries.Shape[0], right = 0;
        for (int start = 0; start < count; start += RowsAtOnce)
        {
            using Step step = new(queries.Backend);
            int some = Math.Min(RowsAtOnce, count - start);
            float[] similarities = queries.Slice(0, start, some).MatMul(directions, transposeB: true).ToArray();
            for (int i = 0; i < some; i++)
            {
                ReadOnlySpan<float> row = similarities.AsSpan(i * count, count);
                if (Nearest.Of(row, 1)[0] == start + i) right++;
            }
        }
        return (double)right / count;
    }
}
