namespace NativeSsl.Kernels;

/// <summary>What has been kept of a query: how many keys it sees, L and D.</summary>
readonly struct QueryFacts(int sees, float logSumExp, float delta)
{
    public int Sees => sees;
    public float LogSumExp => logSumExp;
    public float Delta => delta;

    /// <summary>Of a query that may lie beyond the last one, and then sees nothing.</summary>
    public static QueryFacts Of<E>(AttentionOnDevice<E> a, int batch, int head, int query) where E : struct, INumbers
    {
        int sees = query < a.Shape.Queries ? a.Visible(batch, query) : 0;
        if (sees == 0) return default;
        long row = a.Shape.Row(batch, head, query);
        return new(sees, a.LogSumExp[row], a.Delta[row]);
    }
}

/// <summary>Which item a thread's weights belong to, and its two rows; of queries, what is known of them.</summary>
readonly struct SlopePlaces
{
    public int Batch { get; init; }
    public int Head { get; init; }

    /// <summary>The first row; the second one is eight further.</summary>
    public int Row { get; init; }
    public QueryFacts Near { get; init; }
    public QueryFacts Far { get; init; }
}

/// <summary>From scores, and the products of slopes and values, to the weights with which a gradient is summed, in the registers of a thread.</summary>
static class SlopeWeights<G, W, E> where G : struct, IAttentionGradient where W : struct, IAttentionTiling where E : struct, INumbers
{
    /// <summary>Of all blocks of a block of columns.</summary>
    public static EightBlocks Weights(AttentionOnDevice<E> a, SlopePlaces at, int column, EightBlocks dots, EightBlocks slopes)
    {
        dots.A = Weights(a, at, column, dots.A, slopes.A);
        dots.B = Weights(a, at, column + 8, dots.B, slopes.B);
        if (W.Columns <= 16) return dots;
        dots.C = Weights(a, at, column + 16, dots.C, slopes.C);
        dots.D = Weights(a, at, column + 24, dots.D, slopes.D);
        if (W.Columns <= 32) return dots;
        dots.E = Weights(a, at, column + 32, dots.E, slopes.E);
        dots.F = Weights(a, at, column + 40, dots.F, slopes.F);
        dots.G = Weights(a, at, column + 48, dots.G, slopes.G);
        dots.H = Weights(a, at, column + 56, dots.H, slopes.H);
        return dots;
    }

    static Float4 Weights(AttentionOnDevice<E> a, SlopePlaces at, int column, Float4 dots, Float4 slopes)
    {
        if (!G.HasKeysAsRows)
            return new(Weight(a, at, at.Row, column, at.Near, dots.A, slopes.A), Weight(a, at, at.Row, column + 1, at.Near, dots.B, slopes.B),
                Weight(a, at, at.Row + 8, column, at.Far, dots.C, slopes.C), Weight(a, at, at.Row + 8, column + 1, at.Far, dots.D, slopes.D));
        QueryFacts left = QueryFacts.Of(a, at.Batch, at.Head, column), right = QueryFacts.Of(a, at.Batch, at.Head, column + 1);
        return new(Weight(a, at, column, at.Row, left, dots.A, slopes.A), Weight(a, at, column + 1, at.Row, right, dots.B, slopes.B),
            Weight(a, at, column, at.Row + 8, left, dots.C, slopes.C), Weight(a, at, column + 1, at.Row + 8, right, dots.D, slopes.D));
    }

    // P ∘ M for values; scale · P ∘ (M ∘ dO V − D) for the others
    static float Weight(AttentionOnDevice<E> a, SlopePlaces at, int query, int key, QueryFacts facts, float dot, float slope)
    {
        if (key >= facts.Sees) return 0f;
        float p = DeviceMath.Exp(a.Score(at.Batch, at.Head, query, key, dot) - facts.LogSumExp), kept = 1f;
        if (a.Shape.Dropout > 0f) kept = a.Kept(a.Draw(at.Batch, at.Head, query, key), key);
        return G.IsOfValues ? p * kept : p == 0f ? 0f : a.Shape.Scale * p * (kept * slope - facts.Delta);
    }
}
