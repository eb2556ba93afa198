namespace NativeSsl;

/// <summary>
/// How much a query looks at a key because of the distance between them alone: a number for each head and each bucket of distances, added to the scores.
/// Near distances have a bucket each, far ones share buckets that grow as their logarithm. Raffel et al. 2020, “Exploring the limits of transfer learning
/// with a unified text-to-text transformer”, section 2.1; the buckets are those of the published code (mesh-tensorflow, <c>_relative_position_bucket</c>).
/// </summary>
public sealed class RelativeBias : Module
{
    readonly bool _bidirectional;
    readonly int _maxDistance;

    /// <param name="init">Draws the table.</param>
    /// <param name="heads">Attention heads.</param>
    /// <param name="bidirectional">Whether keys behind the query have buckets of their own; for causal attention they need none.</param>
    /// <param name="buckets">How many buckets there are; an even number, 4 or more.</param>
    /// <param name="maxDistance">From this distance on, in tokens, all share the last bucket.</param>
    /// <param name="deviation">Of the first values.</param>
    /// <exception cref="NativeSslException">The buckets are fewer than 4 or odd, or the largest distance is not beyond those that have a bucket each.</exception>
    public RelativeBias(Init init, int heads, bool bidirectional, int buckets = 32, int maxDistance = 128, float deviation = 0.02f)
    {
        if (buckets < 4 || buckets % 2 != 0) throw new NativeSslException($"RelativeBias: {buckets} buckets; an even number of at least 4 is needed.");
        int near = bidirectional ? buckets / 4 : buckets / 2;
        if (maxDistance <= near)
            throw new NativeSslException($"RelativeBias: maxDistance is {maxDistance}; with {buckets} buckets it must be more than {near}.");
        (_bidirectional, _maxDistance) = (bidirectional, maxDistance);
        Weight = init.Normal([buckets, heads], deviation);
    }

    /// <summary>The table, <c>[buckets, heads]</c>.</summary>
    public Tensor Weight { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<Part> Parts => [new("weight", Weight)];

    // −m(h) · n,   m from 1 down to 1/64 in equal ratios over the heads, n the nearest distance of the bucket
    /// <summary>
    /// Before any training every head looks at near keys, the first only at neighbours, the last nearly everywhere: the table begins with the distances times slopes of the heads, which ALiBi keeps for good
    /// (Press, Smith &amp; Lewis 2022, “Train short, test long”, section 3).
    /// </summary>
    public void BeginNear()
    {
        (int buckets, int heads) = (Weight.Shape[0], Weight.Shape[1]);
        float[] table = new float[buckets * heads];
        for (int distance = _maxDistance; distance >= 0; distance--)
            for (int head = 0; head < heads; head++)
                foreach (int bucket in (ReadOnlySpan<int>)[Bucket(-distance, _bidirectional, buckets, _maxDistance), Bucket(distance, _bidirectional, buckets, _maxDistance)])
                    table[bucket * heads + head] = -distance * MathF.Pow(64f, -head / Math.Max(1f, heads - 1));
        Weight.Storage.CopyFrom(table);
    }

    /// <summary>The bias of every pair, <c>[1, heads, queries, keys]</c>: for <see cref="AttentionOptions.Bias"/>. The queries are the last of the keys.</summary>
    /// <param name="queries">How many queries there are.</param>
    /// <param name="keys">How many keys there are, at least as many.</param>
    public Tensor Forward(int queries, int keys)
    {
        // All pairs along a diagonal share a distance: key − query runs from 1 − keys to queries − 1.
        int[] buckets = [.. Enumerable.Range(1 - keys, keys + queries - 1)
            .Select(distance => Bucket(distance, _bidirectional, Weight.Shape[0], _maxDistance))];
        int[] pairs = new int[queries * keys];
        for (int query = 0; query < queries; query++) buckets.AsSpan(queries - 1 - query, keys).CopyTo(pairs.AsSpan(query * keys));
        return Weight.Embed(Indices.From(Weight.Backend, [queries, keys], pairs)).Permute(2, 0, 1).Reshape([1, Weight.Shape[1], queries, keys]);
    }

    // e = b/2 buckets are exact, b − e logarithmic:  n < e: n,  otherwise  e + ⌊(b − e) ln(n/e) / ln(max/e)⌋, at most b − 1;   n = |distance|
    // Bidirectional: b is half of the buckets, and distances above zero take the other half.
    /// <summary>The bucket of a distance.</summary>
    /// <param name="distance">The place of the key less that of the query.</param>
    /// <param name="bidirectional">Whether distances above zero have buckets of their own; otherwise they count as zero.</param>
    /// <param name="buckets">How many buckets there are.</param>
    /// <param name="maxDistance">From this distance on all share the last bucket.</param>
    public static int Bucket(int distance, bool bidirectional, int buckets, int maxDistance)
    {
        int b = bidirectional ? buckets / 2 : buckets, first = bidirectional && distance > 0 ? b : 0;
        int n = bidirectional ? Math.Abs(distance) : Math.Max(0, -distance), e = b / 2;
        if (n < e) return first + n;
        // Where the quotient is a whole number (n = 16, 32, 64), rounding must not push it below.
        double far = (b - e) * Math.Log((double)n / e) / Math.Log((double)maxDistance / e) + 1e-6;
        return first + Math.Min(b - 1, e + (int)far);
    }
}
