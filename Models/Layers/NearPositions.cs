namespace NativeSsl;

/// <summary>
/// First values by which heads look at near positions before any training. A row of the table holds cosines and sines of the position, so that the inner product of two rows tells their distance
/// (Rahimi &amp; Recht 2007, “Random features for large-scale kernel machines”, algorithm 1; here the frequencies are no draws, but quantiles); and turning one of them by an angle moves it (Vaswani et al. 2017, section 3.5).
/// Where attention sees both ways two heads each look back and ahead, every further two of them twice as far and as broadly; where it is causal every head looks back twice as far as the one before. With
/// more than six distances they begin anew. Heads that are not to look nearby keep the features of positions, queries and keys that were drawn.
/// </summary>
/// <param name="heads">How many heads share the width.</param>
/// <param name="focused">How many of them, the first ones, look nearby.</param>
/// <param name="width">Features of a position.</param>
/// <param name="causal">Whether only earlier positions are seen.</param>
/// <param name="share">Of the variance of what the first block reads, that of positions: a half beside tokens, a third beside tokens and segments.</param>
sealed class NearPositions(int heads, int focused, int width, bool causal, float share)
{
    // Of scores: an exactly right position has e⁶ ≈ 400 times the weight of a far one.
    const float Peak = 6f;

    const int Distances = 6;

    readonly int _features = width / heads, _pairs = width / heads / 2;

    // k(d) = e^(−|d|/w) is the mean of cos(ω d) over a Cauchy distribution of ω with scale 1/w; no faster than half a turn a position
    double Frequency(int head, int pair) => Math.Min(Math.PI, Math.Tan(Math.PI / 2 * (pair + 0.5) / _pairs) / Reach(head));

    int Doublings(int head) => (causal ? head : head / 2) % Distances;

    // Causal:  offsets 1, 2, 4, 8 ..., each as broad as the way to the one before; both ways: 1, 3, 7 ..., so that they lie side by side.
    int Reach(int head) => causal ? Math.Max(1, 1 << Doublings(head) >> 1) : 1 << Doublings(head);

    int Offset(int head) => causal ? -(1 << Doublings(head)) : (head % 2 == 0 ? -1 : 1) * (2 * Reach(head) - 1);

    /// <summary>Fills a table of positions; features of other heads, and one that is left over in a head, stay as they were drawn.</summary>
    /// <param name="table"><c>[positions, width]</c></param>
    /// <param name="deviation">Of a feature: that of the table of tokens.</param>
    public void Fill(Tensor table, float deviation)
    {
        float[] values = table.ToArray();
        for (int row = 0; row < values.Length; row += width)
            foreach (var (head, pair, cos) in Pairs())
            {
                (double sine, double cosine) = Math.SinCos(Frequency(head, pair) * (row / width));
                values[row + cos] = (float)(Math.Sqrt(2) * deviation * cosine);
                values[row + cos + _pairs] = (float)(Math.Sqrt(2) * deviation * sine);
            }
        table.Storage.CopyFrom(values);
    }

    // keys: s x;  queries: s R(ω δ) x, as cos(ω(t+δ)) = cos ωδ cos ωt − sin ωδ sin ωt;   s² √features share = peak
    /// <summary>Adds to the weights of queries and keys what makes a position's query the key of the one that is the head's offset away.</summary>
    /// <param name="project"><c>[3 * width, width]</c>: rows of queries, keys and values.</param>
    public void AddTo(Span<float> project)
    {
        float scale = MathF.Sqrt(Peak / (share * MathF.Sqrt(_features)));
        foreach (var (head, pair, cos) in Pairs())
        {
            (double sine, double cosine) = Math.SinCos(Frequency(head, pair) * Offset(head));
            int sin = cos + _pairs;
            project[cos * width + cos] += scale * (float)cosine;
            project[cos * width + sin] -= scale * (float)sine;
            project[sin * width + cos] += scale * (float)sine;
            project[sin * width + sin] += scale * (float)cosine;
            project[(width + cos) * width + cos] += scale;
            project[(width + sin) * width + sin] += scale;
        }
    }

    IEnumerable<(int Head, int Pair, int Cosine)> Pairs()
    {
        for (int head = 0; head < focused; head++)
            for (int pair = 0; pair < _pairs; pair++) yield return (head, pair, head * _features + pair);
    }
}
