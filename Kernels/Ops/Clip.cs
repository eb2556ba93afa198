namespace NativeSsl.Kernels;

/// <summary>A team to each piece of a tensor.</summary>
static class SquaredNormKernels<T, V> where T : struct, ITeam where V : struct, IPack<V>
{
    public static void Pieces(Floats x, Floats sums, long packs, int packsOfPiece)
    {
        long start = (long)Grid.IdxX * packsOfPiece, end = start + packsOfPiece < packs ? start + packsOfPiece : packs;
        V sum = V.Of(0f);
        for (long i = start + Group.IdxX; i < end; i += Group.DimX) sum += V.At(x, i) * V.At(x, i);
        float all = Team.Sum<T, V>(sum);
        if (Group.IdxX == 0) sums[Grid.IdxX] = all;
    }
}

/// <summary>One team, which adds the pieces' sums; its first thread draws the conclusion.</summary>
static class ClipKernels<T> where T : struct, ITeam
{
    public static void Judge(Floats sums, int pieces, Floats found, int losses, float maxNorm)
    {
        float sum = 0f;
        for (int piece = Group.IdxX; piece < pieces; piece += Group.DimX) sum += sums[piece];
        float norm = MathF.Sqrt(Team.Sum<T>(sum));
        if (Group.IdxX > 0) return;
        bool stands = found[ClipFindings.Factor] == 0f || float.IsNaN(norm) || float.IsInfinity(norm);
        for (int i = 0; i < losses; i++)
        {
            float loss = found[ClipFindings.Losses + i];
            stands = stands || float.IsNaN(loss) || float.IsInfinity(loss);
        }
        found[ClipFindings.Factor] = stands ? 0f : maxNorm > 0f && norm > maxNorm ? maxNorm / norm : 1f;
        found[ClipFindings.Norm] = norm;
    }
}

public sealed partial class GpuBackend
{
    // What gradients are multiplied by where nobody says: 1.
    readonly MemoryBuffer1D<float, Stride1D.Dense> _whole;

    Floats FactorOf(Tensor? factor) => factor is null ? _whole.View.AsContiguous() : View(factor);

    /// <inheritdoc/>
    public double SquaredNorm(Tensor x)
    {
        Tensor sums = SquaredNorms(x), total = Tensor.Empty(this, [1]);
        AddPieces(View(sums), stride: 1, sums.Shape[0], total, accumulate: false);
        return total.Item();
    }

    /// <inheritdoc/>
    public void Clip(Tensor gradients, double maxNorm, Tensor found)
    {
        Tensor sums = SquaredNorms(gradients);
        Launch(_hasWarps ? ClipKernels<WarpTeam>.Judge : ClipKernels<SharedTeam>.Judge, Teams(1, sums.Shape[0]),
            View(sums), sums.Shape[0], View(found), (int)found.Shape.Count - ClipFindings.Losses, (float)maxNorm);
    }

    // Σ x² of every piece.
    Tensor SquaredNorms(Tensor x)
    {
        bool byFours = x.Shape.Count % Float4.Count == 0 && AreAligned(x);
        int ofPack = byFours ? Float4.Count : 1;
        Tensor sums = Tensor.Empty(this, [PiecesOf(x.Shape.Count)]);
        Launch(Choose(byFours, SquaredNormKernels<WarpTeam, Float4>.Pieces, SquaredNormKernels<WarpTeam, Float1>.Pieces,
            SquaredNormKernels<SharedTeam, Float4>.Pieces, SquaredNormKernels<SharedTeam, Float1>.Pieces), Teams(sums.Shape.Count, Math.Min(x.Shape.Count, MemoryPieces.Most)),
            View(x), View(sums), x.Shape.Count / ofPack, MemoryPieces.Most / ofPack);
        return sums;
    }

    static int PiecesOf(long count) => checked((int)((count + MemoryPieces.Most - 1) / MemoryPieces.Most));
}
