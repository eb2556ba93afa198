namespace NativeSsl.Kernels;

/// <summary>A team to each row.</summary>
static class RmsNormKernels<T, V> where T : struct, ITeam where V : struct, IPack<V>
{
    public static void Forward(Floats x, Floats gamma, float epsilon, Floats y, Floats reciprocals, int width)
    {
        int packs = width / V.Count;
        long start = (long)Grid.IdxX * packs;
        V squares = V.Of(0f);
        for (int i = Group.IdxX; i < packs; i += Group.DimX) squares += V.At(x, start + i) * V.At(x, start + i);
        float r = 1f / MathF.Sqrt(Team.Sum<T, V>(squares) / width + epsilon);
        if (Group.IdxX == 0) reciprocals[Grid.IdxX] = r;
        for (int i = Group.IdxX; i < packs; i += Group.DimX) V.Set(y, start + i, V.At(x, start + i) * V.Of(r) * V.At(gamma, i));
    }

    public static void Backward(Floats x, Floats gamma, Floats reciprocals, Floats dy, Floats dx, int width)
    {
        int packs = width / V.Count;
        long start = (long)Grid.IdxX * packs;
        V r = V.Of(reciprocals[Grid.IdxX]), dots = V.Of(0f);
        for (int i = Group.IdxX; i < packs; i += Group.DimX) dots += V.At(dy, start + i) * V.At(gamma, i) * (V.At(x, start + i) * r);
        V mean = V.Of(Team.Sum<T, V>(dots) / width);
        for (int i = Group.IdxX; i < packs; i += Group.DimX)
            V.Set(dx, start + i, (V.At(dy, start + i) * V.At(gamma, i) - V.At(x, start + i) * r * mean) * r);
    }
}

/// <summary>A thread to each feature of each piece of rows.</summary>
static class RmsNormFeatureKernels
{
    public static void Sums(Floats x, Floats reciprocals, Floats dy, Floats shares, int width, long rows, long threads)
    {
        long thread = Grid.GlobalLinearIndex;
        if (thread >= threads) return;
        long piece = thread / width, feature = thread - piece * width,
            start = piece * SumRowsKernels.RowsPerThread, end = SumRowsKernels.RowEnd(start, SumRowsKernels.RowsPerThread, rows);
        float ofGamma = 0f;
        for (long row = start; row < end; row++) ofGamma += dy[row * width + feature] * (x[row * width + feature] * reciprocals[row]);
        shares[thread] = ofGamma;
    }
}

public sealed partial class GpuBackend
{
    /// <inheritdoc/>
    public void RmsNorm(Tensor x, Tensor gamma, float epsilon, Tensor y, Tensor reciprocals) => Launch(Choose(ByFours(x, gamma, y),
        RmsNormKernels<WarpTeam, Float4>.Forward, RmsNormKernels<WarpTeam, Float1>.Forward,
        RmsNormKernels<SharedTeam, Float4>.Forward, RmsNormKernels<SharedTeam, Float1>.Forward),
        Rows(x), View(x), View(gamma), epsilon, View(y), View(reciprocals), x.Shape[-1]);

    /// <inheritdoc/>
    public void RmsNormGrad(Tensor x, Tensor gamma, Tensor reciprocals, Tensor dy, Tensor dx, Tensor dgamma)
    {
        Launch(Choose(ByFours(x, gamma, dy, dx),
            RmsNormKernels<WarpTeam, Float4>.Backward, RmsNormKernels<WarpTeam, Float1>.Backward,
            RmsNormKernels<SharedTeam, Float4>.Backward, RmsNormKernels<SharedTeam, Float1>.Backward),
            Rows(x), View(x), View(gamma), View(reciprocals), View(dy), View(dx), x.Shape[-1]);
        (int width, long rows, int pieces) = Pieces(x, SumRowsKernels.RowsPerThread);
        Tensor shares = Tensor.Empty(this, [pieces, width]);
        long threads = (long)pieces * width;
        if (threads > 0) Launch(RmsNormFeatureKernels.Sums, threads, View(x), View(reciprocals), View(dy), View(shares), width, rows, threads);
        AddPieces(View(shares), width, pieces, dgamma, accumulate: false);
    }
}
