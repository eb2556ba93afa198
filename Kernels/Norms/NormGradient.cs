namespace NativeSsl.Kernels;

/// <summary>
/// All gradients of a norm in one pass: a team goes through some rows, each read once, and its threads keep the sums over rows of the features that they have of every row.
/// dx = r (g − mean(g) − x̂ mean(g ⊙ x̂)), g = γ ⊙ dy; the second term where the norm is centred.
/// </summary>
static class NormGradientKernels<N, T, V> where N : struct, INorm where T : struct, ITeam where V : struct, IPack<V>
{
    public static void Backward(Floats x, Floats gamma, Floats statistics, Floats dy, Floats dx, Floats shares, int width, int rows, int rowsOfTeam)
    {
        int packs = width / V.Count, first = Grid.IdxX * rowsOfTeam, end = first + rowsOfTeam < rows ? first + rowsOfTeam : rows;
        HeldRow<V> scale = HeldRow<V>.At(gamma, 0, packs), ofGamma = default, ofBeta = default;
        for (int row = first; row < end; row++)
        {
            long start = (long)row * packs;
            HeldRow<V> slope = HeldRow<V>.At(dy, start, packs), input = HeldRow<V>.At(x, start, packs);
            NormOfRow norm = N.Of(statistics, row);
            HeldRow<V> hat = (input - V.Of(norm.Mean)) * V.Of(norm.Reciprocal) + V.Of(norm.Shift), g = slope * scale;
            float sum = N.IsCentred ? Team.Sum<T, V>(g.Sum) / width : 0f, dot = Team.Sum<T, V>((g * hat).Sum) / width;
            HeldRow<V>.Set(dx, start, packs, (g - V.Of(sum) - hat * V.Of(dot)) * V.Of(norm.Reciprocal));
            ofGamma += slope * hat;
            ofBeta += slope;
        }
        long share = (long)Grid.IdxX * packs;
        HeldRow<V>.Set(shares, N.IsCentred ? 2 * share : share, packs, ofGamma);
        if (N.IsCentred) HeldRow<V>.Set(shares, 2 * share + packs, packs, ofBeta);
    }
}

// The gradient of both norms. Shares of dγ and dβ are [pieces, 1 or 2, width], pieces of rows in order.
public sealed partial class GpuBackend
{
    // Of a large GPU enough to keep it busy, and so many rows that shares are few beside them.
    const int MostTeamsOfNorms = 1024, FewestRowsOfTeam = 8;

    internal void NormGrad<N>(Tensor x, Tensor gamma, Tensor statistics, Tensor dy, Tensor dx, Tensor dgamma, Tensor? dbeta) where N : struct, INorm
    {
        int width = x.Shape[-1], rows = checked((int)x.Shape.Rows), sums = N.IsCentred ? 2 : 1;
        bool byFours = ByFours(x, gamma, dy, dx);
        int team = TeamHolding(byFours ? width / Float4.Count : width);
        if (team == 0)
        {
            WideNormGrad<N>(x, gamma, statistics, dy, dx, dgamma, dbeta);
            return;
        }
        int rowsOfTeam = Math.Max(FewestRowsOfTeam, (rows + MostTeamsOfNorms - 1) / MostTeamsOfNorms), pieces = (rows + rowsOfTeam - 1) / rowsOfTeam;
        Tensor shares = Tensor.Empty(this, [pieces, sums, width]);
        Launch(Choose(byFours,
            NormGradientKernels<N, WarpTeam, Float4>.Backward, NormGradientKernels<N, WarpTeam, Float1>.Backward,
            NormGradientKernels<N, SharedTeam, Float4>.Backward, NormGradientKernels<N, SharedTeam, Float1>.Backward), new Work(pieces, team),
            View(x), View(gamma), View(statistics), View(dy), View(dx), View(shares), width, rows, rowsOfTeam);
        AddNormShares(shares, dgamma, dbeta);
    }

    void AddNormShares(Tensor shares, Tensor dgamma, Tensor? dbeta)
    {
        (int pieces, int sums, int width) = (shares.Shape[0], shares.Shape[1], shares.Shape[2]);
        if (pieces > SumRowsKernels.RowsPerThread)
        {
            long columns = (long)sums * width;
            int fewer = (pieces + SumRowsKernels.RowsPerThread - 1) / SumRowsKernels.RowsPerThread;
            Tensor less = Tensor.Empty(this, [fewer, sums, width]);
            Launch(SumRowsKernels.Pieces, fewer * columns, View(shares), View(less), (long)pieces, (int)columns, fewer * columns);
            (shares, pieces) = (less, fewer);
        }
        AddPieces(View(shares), (long)sums * width, pieces, dgamma, accumulate: false);
        if (dbeta is not null) AddPieces(pieces == 0 ? View(shares) : View(shares).SubView(width), (long)sums * width, pieces, dbeta, accumulate: false);
    }
}
