namespace NativeSsl;

// S = scale · Q Kᵀ + bias,  P = softmax(S) over the keys a query may see,  O = (P ∘ M) V          M = 1 / (1 − rate) where kept, 0 where
// dropped L[i] = log Σⱼ exp S[i,j] is all that is kept: the backward pass makes P = exp(S − L) again
// D[i] = Σ dO[i] O[i],  dS = P ∘ (M ∘ dO Vᵀ − D),  dQ = scale · dS K,  dK = scale · dSᵀ Q,  dV = (P ∘ M)ᵀ dO,  dbias = dS
// Vaswani et al. 2017, “Attention is all you need”, equation 1; without the matrix in memory: Dao et al.
// 2022, “FlashAttention”, algorithms 1 and 4.

/// <summary>The sizes of one call of attention, who may see whom, and which probabilities are dropped.</summary>
public readonly struct AttentionShape
{
    /// <summary>Samples.</summary>
    public int Batch { get; init; }
    /// <summary>Heads of each sample.</summary>
    public int Heads { get; init; }
    /// <summary>Queries of each head.</summary>
    public int Queries { get; init; }
    /// <summary>Keys, and values, of each head.</summary>
    public int Keys { get; init; }
    /// <summary>Numbers in a query, a key and a value.</summary>
    public int Width { get; init; }
    /// <summary>What q · k is multiplied with.</summary>
    public float Scale { get; init; }
    /// <summary>Query i sees the keys before i + Reach: keys − queries + 1 if causal, so that the queries are the last ones;
    /// all keys otherwise.</summary>
    public int Reach { get; init; }
    /// <summary>The share of probabilities that is dropped, 0 … 1.</summary>
    public float Dropout { get; init; }
    /// <summary>The seed of the run.</summary>
    public ulong Seed { get; init; }
    /// <summary>The random stream of this call.</summary>
    public ulong Stream { get; init; }

    /// <summary>How many keys, from the first, a query sees in a sample that has so many.</summary>
    public int Visible(int query, int keyLength) => Math.Max(0, Math.Min(keyLength, query + Reach));

    /// <summary>Where (batch, head, query) stands among all rows of scores.</summary>
    public long Row(int batch, int head, int query) => ((long)batch * Heads + head) * Queries + query;

    /// <summary>The counter whose four random numbers decide on keys 4 n … 4 n + 3 of a row; up to 2²⁶ keys.</summary>
    public static ulong Counter(long row, int key) => ((ulong)row << 24) | ((uint)key >> 2);

    /// <summary>What a probability is multiplied with: 0 if its random number drops it, 1 / (1 − rate) otherwise.</summary>
    public float Kept(uint bits) => Philox.Uniform(bits) < Dropout ? 0f : 1f / (1f - Dropout);
}

/// <summary>
/// Where heads lie in a tensor: element (batch, time, head, i) is at Start + batch · BatchStride + time · TimeStride + head · width + i. So
/// a packed projection, or a cache with room to grow, is read where it is.
/// </summary>
/// <param name="Tensor">The tensor.</param>
/// <param name="Start">Element (0, 0, 0, 0).</param>
/// <param name="BatchStride">From one sample to the next.</param>
/// <param name="TimeStride">From one query or key to the next.</param>
public readonly record struct HeadView(Tensor Tensor, long Start, long BatchStride, long TimeStride)
{
    /// <summary>All of <c>[batch, time, heads, width]</c>.</summary>
    public static HeadView Of(Tensor x) => new(x, 0, x.Shape.Span(1, 4), x.Shape.Span(2, 4));

    /// <summary>Queries (0), keys (1) or values (2) of a packed <c>[batch, time, 3, heads, width]</c>.</summary>
    public static HeadView OfPacked(Tensor x, int which) => new(x, which * x.Shape.Span(3, 5), x.Shape.Span(1, 5), x.Shape.Span(2, 5));
}

/// <summary>What attention looks at besides queries, keys and values.</summary>
/// <param name="KeyLengths">How many keys each sample has, <c>[batch]</c>; all if null.</param>
/// <param name="Bias">Added to the scores, <c>[batch or 1, heads or 1, queries, keys]</c>.</param>
public readonly record struct AttentionMask(Indices? KeyLengths, Tensor? Bias)
{
    /// <summary>From one sample's bias to the next one's; 0 if all share it.</summary>
    public long BiasBatchStride => Bias is null || Bias.Shape[0] == 1 ? 0 : Bias.Shape.Span(1, 4);
    /// <summary>From one head's bias to the next one's; 0 if all share it.</summary>
    public long BiasHeadStride => Bias is null || Bias.Shape[1] == 1 ? 0 : Bias.Shape.Span(2, 4);
}

public partial interface IBackend
{
    /// <summary>
    /// o ← attention. A query that sees no key, or whose scores are all −∞, gives zeros. Shapes: q, o
    /// <c>[batch, queries, heads, width]</c>, k, v <c>[batch, keys, heads, width]</c>,
    /// logSumExp <c>[batch, heads, queries]</c> (+∞ for a query that sees nothing).
    /// </summary>
    void Attention(AttentionShape shape, AttentionMask mask, HeadView q, HeadView k, HeadView v, HeadView o, Tensor logSumExp);

    /// <summary>dq, dk, dv ← the gradients of attention, for all queries and keys of the shape.</summary>
    void AttentionGrad(AttentionShape shape, AttentionMask mask, HeadView q, HeadView k, HeadView v, HeadView o, Tensor logSumExp,
        HeadView dO, HeadView dq, HeadView dk, HeadView dv);

    /// <summary>dbias ← the gradient of the bias, of its shape: summed over the samples and heads that share it.</summary>
    void AttentionBiasGrad(AttentionShape shape, AttentionMask mask, HeadView q, HeadView k, HeadView v, HeadView o, Tensor logSumExp,
        HeadView dO, Tensor dbias);
}
