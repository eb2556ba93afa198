namespace NativeSsl.Kernels;

/// <summary>A team to each feature, which adds what the pieces of rows came to.</summary>
static class BatchTotalKernels<T> where T : struct, ITeam
{
    // Around the first piece's mean: x̄ = m₀ + Σ (n (m − m₀) + rest) / N, and Σ(x − x̄)² = Σ (squares + 2 d rest + n d²) with d = m − x̄.
    public static void Moments(Floats shares, Floats moments, int width, long rows, int pieces)
    {
        int feature = Grid.IdxX;
        float first = shares[feature], apart = 0f, squares = 0f;
        for (int piece = Group.IdxX; piece < pieces; piece += Group.DimX)
            apart += RowsOf(piece, rows) * (Share(shares, 3, piece, 0, width) - first) + Share(shares, 3, piece, 1, width);
        apart = Team.Sum<T>(apart) / rows;
        for (int piece = Group.IdxX; piece < pieces; piece += Group.DimX)
        {
            float d = Share(shares, 3, piece, 0, width) - first - apart;
            squares += Share(shares, 3, piece, 2, width) + d * (2f * Share(shares, 3, piece, 1, width) + RowsOf(piece, rows) * d);
        }
        squares = Team.Sum<T>(squares);
        if (Group.IdxX != 0) return;
        float mean = first + apart;
        moments[feature] = mean;
        moments[width + feature] = apart - (mean - first);
        moments[2L * width + feature] = (squares < 0f ? 0f : squares) / rows;
    }

    public static void Gradients(Floats shares, Floats statistics, Floats dgamma, Floats dbeta, int width, int pieces)
    {
        int feature = Grid.IdxX;
        float sum = 0f, dot = 0f;
        for (int piece = Group.IdxX; piece < pieces; piece += Group.DimX)
        {
            sum += Share(shares, 2, piece, 0, width);
            dot += Share(shares, 2, piece, 1, width);
        }
        sum = Team.Sum<T>(sum);
        dot = Team.Sum<T>(dot);
        if (Group.IdxX != 0) return;
        dbeta[feature] = sum;
        dgamma[feature] = statistics[width + feature] * dot + statistics[2L * width + feature] * sum;
    }

    // The index-th of a piece's sums, of this team's feature.
    static float Share(Floats shares, int sums, int piece, int index, int width) => shares[((long)sums * piece + index) * width + Grid.IdxX];

    static float RowsOf(int piece, long rows)
    {
        long left = rows - (long)piece * BatchMomentKernels.RowsPerThread;
        return left < BatchMomentKernels.RowsPerThread ? left : BatchMomentKernels.RowsPerThread;
    }
}
