namespace NativeSsl.Kernels;

/// <summary>A number for each of a thread's two rows.</summary>
readonly struct OfRows(float near, float far)
{
    public float Near => near;
    public float Far => far;

    /// <summary>Folded with those of the other three threads that have parts of the same rows.</summary>
    public OfRows Together<R>() where R : struct, IReduction => new(Together<R>(near), Together<R>(far));

    static float Together<R>(float value) where R : struct, IReduction
    {
        value = Team.Take<R>(value, ILGPU.Warp.ShuffleXor(value, 1));
        return Team.Take<R>(value, ILGPU.Warp.ShuffleXor(value, 2));
    }

    /// <summary>One block taken in.</summary>
    public OfRows With<R>(Float4 block) where R : struct, IReduction =>
        new(Team.Take<R>(Team.Take<R>(near, block.A), block.B), Team.Take<R>(Team.Take<R>(far, block.C), block.D));

    /// <summary>A block, its rows multiplied with these.</summary>
    public Float4 Times(Float4 block) => new(block.A * near, block.B * near, block.C * far, block.D * far);
}

/// <summary>Which rows and keys a thread's scores belong to.</summary>
readonly struct ScorePlaces
{
    public int Batch { get; init; }
    public int Head { get; init; }

    /// <summary>The query of the first row; that of the second one is eight further.</summary>
    public int Query { get; init; }

    /// <summary>How many keys the first one sees; and the second one.</summary>
    public int NearSees { get; init; }
    public int FarSees { get; init; }
}

/// <summary>From scores to weights, in the registers of a thread that has two rows of each block of eight keys, at two keys.</summary>
static class AttentionWeights<W> where W : struct, IAttentionTiling
{
    /// <summary>Scaled, with the bias, and −∞ for what is not seen.</summary>
    public static EightBlocks Scored(AttentionOnDevice a, ScorePlaces at, int key, EightBlocks dots)
    {
        dots.A = Scored(a, at, key, dots.A);
        dots.B = Scored(a, at, key + 8, dots.B);
        if (W.Columns <= 16) return dots;
        dots.C = Scored(a, at, key + 16, dots.C);
        dots.D = Scored(a, at, key + 24, dots.D);
        if (W.Columns <= 32) return dots;
        dots.E = Scored(a, at, key + 32, dots.E);
        dots.F = Scored(a, at, key + 40, dots.F);
        dots.G = Scored(a, at, key + 48, dots.G);
        dots.H = Scored(a, at, key + 56, dots.H);
        return dots;
    }

    static Float4 Scored(AttentionOnDevice a, ScorePlaces at, int key, Float4 dots) => new(
        Scored(a, at, at.Query, at.NearSees, key, dots.A), Scored(a, at, at.Query, at.NearSees, key + 1, dots.B),
        Scored(a, at, at.Query + 8, at.FarSees, key, dots.C), Scored(a, at, at.Query + 8, at.FarSees, key + 1, dots.D));

    static float Scored(AttentionOnDevice a, ScorePlaces at, int query, int sees, int key, float dot) =>
        key < sees ? a.Score(at.Batch, at.Head, query, key, dot) : float.NegativeInfinity;

    /// <summary>All blocks taken in.</summary>
    public static OfRows Fold<R>(OfRows start, EightBlocks blocks) where R : struct, IReduction
    {
        start = start.With<R>(blocks.A).With<R>(blocks.B);
        if (W.Columns <= 16) return start;
        start = start.With<R>(blocks.C).With<R>(blocks.D);
        return W.Columns <= 32 ? start : start.With<R>(blocks.E).With<R>(blocks.F).With<R>(blocks.G).With<R>(blocks.H);
    }

    /// <summary>exp(score − origin of its row).</summary>
    public static EightBlocks Exp(EightBlocks scores, OfRows origins)
    {
        scores.A = Exp(scores.A, origins);
        scores.B = Exp(scores.B, origins);
        if (W.Columns <= 16) return scores;
        scores.C = Exp(scores.C, origins);
        scores.D = Exp(scores.D, origins);
        if (W.Columns <= 32) return scores;
        scores.E = Exp(scores.E, origins);
        scores.F = Exp(scores.F, origins);
        scores.G = Exp(scores.G, origins);
        scores.H = Exp(scores.H, origins);
        return scores;
    }

    static Float4 Exp(Float4 scores, OfRows origins) => Float4.Exp(new(scores.A - origins.Near, scores.B - origins.Near, scores.C - origins.Far, scores.D - origins.Far));

    /// <summary>Some dropped, the others larger for it.</summary>
    public static EightBlocks Kept(AttentionOnDevice a, ScorePlaces at, int key, EightBlocks weights)
    {
        weights.A = Kept(a, at, key, weights.A);
        weights.B = Kept(a, at, key + 8, weights.B);
        if (W.Columns <= 16) return weights;
        weights.C = Kept(a, at, key + 16, weights.C);
        weights.D = Kept(a, at, key + 24, weights.D);
        if (W.Columns <= 32) return weights;
        weights.E = Kept(a, at, key + 32, weights.E);
        weights.F = Kept(a, at, key + 40, weights.F);
        weights.G = Kept(a, at, key + 48, weights.G);
        weights.H = Kept(a, at, key + 56, weights.H);
        return weights;
    }

    // Both keys are of the same four.
    static Float4 Kept(AttentionOnDevice a, ScorePlaces at, int key, Float4 weights)
    {
        var near = a.Draw(at.Batch, at.Head, at.Query, key);
        var far = a.Draw(at.Batch, at.Head, at.Query + 8, key);
        return new(weights.A * a.Kept(near, key), weights.B * a.Kept(near, key + 1), weights.C * a.Kept(far, key), weights.D * a.Kept(far, key + 1));
    }

    /// <summary>Each row multiplied; of outputs all eight blocks.</summary>
    public static EightBlocks Times(EightBlocks blocks, OfRows factors) => new()
    {
        A = factors.Times(blocks.A), B = factors.Times(blocks.B), C = factors.Times(blocks.C), D = factors.Times(blocks.D),
        E = factors.Times(blocks.E), F = factors.Times(blocks.F), G = factors.Times(blocks.G), H = factors.Times(blocks.H),
    };
}
