namespace NativeSsl.Kernels;

/// <summary>The gradient to rows of any width: a team to each row, which is read twice.</summary>
static class WideNormGradientKernels<N, T, V> where N : struct, INorm where T : struct, ITeam where V : struct, IPack<V>
{
    public static void Backward(Floats x, Floats gamma, Floats statistics, Floats dy, Floats dx, int width)
    {
        int packs = width / V.Count;
        long start = (long)Grid.IdxX * packs;
        NormOfRow norm = N.Of(statistics, Grid.IdxX);
        V mean = V.Of(norm.Mean), r = V.Of(norm.Reciprocal), s = V.Of(norm.Shift), sums = V.Of(0f), dots = V.Of(0f);
        for (int i = Group.IdxX; i < packs; i += Group.DimX)
        {
            V g = V.At(dy, start + i) * V.At(gamma, i);
            sums += g;
            dots += g * ((V.At(x, start + i) - mean) * r + s);
        }
        V sum = V.Of(N.IsCentred ? Team.Sum<T, V>(sums) / width : 0f), dot = V.Of(Team.Sum<T, V>(dots) / width);
        for (int i = Group.IdxX; i < packs; i += Group.DimX)
            V.Set(dx, start + i, (V.At(dy, start + i) * V.At(gamma, i) - sum - ((V.At(x, start + i) - mean) * r + s) * dot) * r);
    }
}

/// <summary>A thread to each feature of each piece of rows.</summary>
static class NormFeatureKernels<N> where N : struct, INorm
{
    public static void Sums(Floats x, Floats statistics, Floats dy, Floats shares, int width, long rows, long threads)
    {
        long thread = Grid.GlobalLinearIndex;
        if (thread >= threads) return;
        long piece = thread / width, feature = thread - piece * width,
            start = piece * SumRowsKernels.RowsPerThread, end = SumRowsKernels.RowEnd(start, SumRowsKernels.RowsPerThread, rows);
        float ofGamma = 0f, ofBeta = 0f;
        for (long row = start; row < end; row++)
        {
            NormOfRow norm = N.Of(statistics, row);
            float d = dy[row * width + feature];
            ofGamma += d * ((x[row * width + feature] - norm.Mean) * norm.Reciprocal + norm.Shift);
            ofBeta += d;
        }
        shares[N.IsCentred ? 2 * piece * width + feature : thread] = ofGamma;
        if (N.IsCentred) shares[(2 * piece + 1) * width + feature] = ofBeta;
    }
}

public sealed partial class GpuBackend
{
    // Rows that a team cannot hold.
    internal void WideNormGrad<N>(Tensor x, Tensor gamma, Tensor statistics, Tensor dy, Tensor dx, Tensor dgamma, Tensor? dbeta) where N : struct, INorm
    {
        Launch(Choose(ByFours(x, gamma, dy, dx),
            WideNormGradientKernels<N, WarpTeam, Float4>.Backward, WideNormGradientKernels<N, WarpTeam, Float1>.Backward,
            WideNormGradientKernels<N, SharedTeam, Float4>.Backward, WideNormGradientKernels<N, SharedTeam, Float1>.Backward), Rows(x),
            View(x), View(gamma), View(statistics), View(dy), View(dx), x.Shape[-1]);
        (int width, long rows, int pieces) = Pieces(x, SumRowsKernels.RowsPerThread);
        Tensor shares = Tensor.Empty(this, [pieces, N.IsCentred ? 2 : 1, width]);
        long threads = (long)pieces * width;
        if (threads > 0) Launch(NormFeatureKernels<N>.Sums, threads, View(x), View(statistics), View(dy), View(shares), width, rows, threads);
        AddNormShares(shares, dgamma, dbeta);
    }
}
