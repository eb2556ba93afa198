namespace NativeSsl.Kernels;

/// <summary>A team to each row.</summary>
static class LayerNormKernels<T, V> where T : struct, ITeam where V : struct, IPack<V>
{
    public static void Forward(Floats x, Floats gamma, Floats beta, int hasBeta, float epsilon, Floats y, Floats statistics, int width)
    {
        long row = Grid.IdxX;
        int packs = width / V.Count;
        long start = (long)Grid.IdxX * packs;
        V total = V.Of(0f), rests = V.Of(0f), squares = V.Of(0f);
        for (int i = Group.IdxX; i < packs; i += Group.DimX) total += V.At(x, start + i);
        float mean = Team.Sum<T, V>(total) / width;
        for (int i = Group.IdxX; i < packs; i += Group.DimX)
        {
            V d = V.At(x, start + i) - V.Of(mean);
            rests += d;
            squares += d * d;
        }
        float rest = Team.Sum<T, V>(rests) / width, variance = Team.Sum<T, V>(squares) / width - rest * rest;
        float r = 1f / MathF.Sqrt((variance < 0f ? 0f : variance) + epsilon), s = -rest * r;
        if (Group.IdxX == 0)
        {
            statistics[3 * row] = mean;
            statistics[3 * row + 1] = r;
            statistics[3 * row + 2] = s;
        }
        for (int i = Group.IdxX; i < packs; i += Group.DimX)
            V.Set(y, start + i, ((V.At(x, start + i) - V.Of(mean)) * V.Of(r) + V.Of(s)) * V.At(gamma, i) + (hasBeta != 0 ? V.At(beta, i) : V.Of(0f)));
    }

    public static void Backward(Floats x, Floats gamma, Floats statistics, Floats dy, Floats dx, int width)
    {
        long row = Grid.IdxX;
        int packs = width / V.Count;
        long start = (long)Grid.IdxX * packs;
        V mean = V.Of(statistics[3 * row]), r = V.Of(statistics[3 * row + 1]), s = V.Of(statistics[3 * row + 2]), sums = V.Of(0f), dots = V.Of(0f);
        for (int i = Group.IdxX; i < packs; i += Group.DimX)
        {
            V g = V.At(dy, start + i) * V.At(gamma, i);
            sums += g;
            dots += g * ((V.At(x, start + i) - mean) * r + s);
        }
        V sum = V.Of(Team.Sum<T, V>(sums) / width), dot = V.Of(Team.Sum<T, V>(dots) / width);
        for (int i = Group.IdxX; i < packs; i += Group.DimX)
            V.Set(dx, start + i, (V.At(dy, start + i) * V.At(gamma, i) - sum - ((V.At(x, start + i) - mean) * r + s) * dot) * r);
    }
}

/// <summary>A thread to each feature of each piece of rows.</summary>
static class LayerNormFeatureKernels
{
    public static void Sums(Floats x, Floats statistics, Floats dy, Floats shares, int width, long rows, long threads)
    {
        long thread = Grid.GlobalLinearIndex;
        if (thread >= threads) return;
        long feature = thread % width, piece = thread / width, start = piece * SumRowsKernels.RowsPerThread, end = SumRowsKernels.RowEnd(start, SumRowsKernels.RowsPerThread, rows);
        float ofGamma = 0f, ofBeta = 0f;
        for (long row = start; row < end; row++)
        {
            float d = dy[row * width + feature];
            ofGamma += d * ((x[row * width + feature] - statistics[3 * row]) * statistics[3 * row + 1] + statistics[3 * row + 2]);
            ofBeta += d;
        }
        shares[2 * piece * width + feature] = ofGamma;
        shares[(2 * piece + 1) * width + feature] = ofBeta;
    }
}

public sealed partial class GpuBackend
{
    // A kernel has no null: without beta it gets gamma in its place, and is told not to look.

    /// <inheritdoc/>
    public void LayerNorm(Tensor x, Tensor gamma, Tensor? beta, float epsilon, Tensor y, Tensor statistics) =>
        Launch(Choose(ByFours(x, gamma, beta ?? gamma, y),
            LayerNormKernels<WarpTeam, Float4>.Forward, LayerNormKernels<WarpTeam, Float1>.Forward,
            LayerNormKernels<SharedTeam, Float4>.Forward, LayerNormKernels<SharedTeam, Float1>.Forward), Rows(x),
            View(x), View(gamma), View(beta ?? gamma), beta is null ? 0 : 1, epsilon, View(y), View(statistics), x.Shape[-1]);

    /// <inheritdoc/>
    public void LayerNormGrad(Tensor x, Tensor gamma, Tensor statistics, Tensor dy, Tensor dx, Tensor dgamma, Tensor? dbeta)
    {
        Launch(Choose(ByFours(x, gamma, dy, dx),
            LayerNormKernels<WarpTeam, Float4>.Backward, LayerNormKernels<WarpTeam, Float1>.Backward,
            LayerNormKernels<SharedTeam, Float4>.Backward, LayerNormKernels<SharedTeam, Float1>.Backward), Rows(x),
            View(x), View(gamma), View(statistics), View(dy), View(dx), x.Shape[-1]);
        (int width, long rows, int pieces) = Pieces(x, SumRowsKernels.RowsPerThread);
        Tensor shares = Tensor.Empty(this, [pieces, 2, width]);
        Launch(LayerNormFeatureKernels.Sums, (long)pieces * width, View(x), View(statistics), View(dy), View(shares), width, rows, (long)pieces * width);
        AddPieces(View(shares), 2L * width, pieces, dgamma, accumulate: false);
        if (dbeta is not null) AddPieces(pieces == 0 ? View(shares) : View(shares).SubView(width), 2L * width, pieces, dbeta, accumulate: false);
    }
}
