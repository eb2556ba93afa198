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

/// <summary>What becomes of a block of eight columns, of which a thread has two rows at two columns.</summary>
interface IBlockChange
{
    /// <param name="block">What it was.</param>
    /// <param name="column">The first of the thread's two columns.</param>
    Float4 Of(Float4 block, int column);
}

/// <summary>From scores to weights, in the registers of a thread.</summary>
static class AttentionWeights<W> where W : struct, IAttentionTiling
{
    /// <summary>All blocks of a block of columns changed.</summary>
    public static EightBlocks Each<C>(EightBlocks blocks, int column, C change) where C : struct, IBlockChange
    {
        blocks.A = change.Of(blocks.A, column);
        blocks.B = change.Of(blocks.B, column + 8);
        if (W.Columns <= 16) return blocks;
        blocks.C = change.Of(blocks.C, column + 16);
        blocks.D = change.Of(blocks.D, column + 24);
        if (W.Columns <= 32) return blocks;
        blocks.E = change.Of(blocks.E, column + 32);
        blocks.F = change.Of(blocks.F, column + 40);
        blocks.G = change.Of(blocks.G, column + 48);
        blocks.H = change.Of(blocks.H, column + 56);
        return blocks;
    }

    /// <summary>All blocks taken in.</summary>
    public static OfRows Fold<R>(OfRows start, EightBlocks blocks) where R : struct, IReduction
    {
        start = start.With<R>(blocks.A).With<R>(blocks.B);
        if (W.Columns <= 16) return start;
        start = start.With<R>(blocks.C).With<R>(blocks.D);
        return W.Columns <= 32 ? start : start.With<R>(blocks.E).With<R>(blocks.F).With<R>(blocks.G).With<R>(blocks.H);
    }

    /// <summary>Each row multiplied; of outputs all eight blocks.</summary>
    public static EightBlocks Times(EightBlocks blocks, OfRows factors) => new()
    {
        A = factors.Times(blocks.A), B = factors.Times(blocks.B), C = factors.Times(blocks.C), D = factors.Times(blocks.D),
        E = factors.Times(blocks.E), F = factors.Times(blocks.F), G = factors.Times(blocks.G), H = factors.Times(blocks.H),
    };
}

/// <summary>Scaled, with the bias, and −∞ for what is not seen.</summary>
readonly struct Scored<E>(AttentionOnDevice<E> a, ScorePlaces at) : IBlockChange where E : struct, INumbers
{
    public Float4 Of(Float4 dots, int key) => new(
        Score(at.Query, at.NearSees, key, dots.A), Score(at.Query, at.NearSees, key + 1, dots.B), Score(at.Query + 8, at.FarSees, key, dots.C), Score(at.Query + 8, at.FarSees, key + 1, dots.D));

    float Score(int query, int sees, int key, float dot) => key < sees ? a.Score(at.Batch, at.Head, query, key, dot) : float.NegativeInfinity;
}

/// <summary>exp(score − origin of its row).</summary>
readonly struct Exponentials(OfRows origins) : IBlockChange
{
    public Float4 Of(Float4 scores, int key) => Float4.Exp(new(scores.A - origins.Near, scores.B - origins.Near, scores.C - origins.Far, scores.D - origins.Far));
}

/// <summary>Some dropped, the others larger for it.</summary>
readonly struct KeptOnes<E>(AttentionOnDevice<E> a, ScorePlaces at) : IBlockChange where E : struct, INumbers
{
    // Both keys are of the same four.
    public Float4 Of(Float4 weights, int key)
    {
        var near = a.Draw(at.Batch, at.Head, at.Query, key);
        var far = a.Draw(at.Batch, at.Head, at.Query + 8, key);
        return new(weights.A * a.Kept(near, key), weights.B * a.Kept(near, key + 1), weights.C * a.Kept(far, key), weights.D * a.Kept(far, key + 1));
    }
}
