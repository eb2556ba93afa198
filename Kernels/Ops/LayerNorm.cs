namespace NativeSsl.Kernels;

/// <summary>A team to each row.</summary>
static class LayerNormKernels<T> where T : struct, ITeam
{
    public static void Forward(Floats x, Floats gamma, Floats beta, int hasBeta, float epsilon, Floats y, Floats statistics, int width)
    {
        long row = Grid.IdxX;
        Floats input = x.SubView(row * width, width), output = y.SubView(row * width, width);
        float mean = 0f, rest = 0f, squares = 0f;
        for (int i = Group.IdxX; i < width; i += Group.DimX) mean += input[i];
        mean = Team.Sum<T>(mean) / width;
        for (int i = Group.IdxX; i < width; i += Group.DimX)
        {
            float d = input[i] - mean;
            rest += d;
            squares += d * d;
        }
        rest = Team.Sum<T>(rest) / width;
        float variance = Team.Sum<T>(squares) / width - rest * rest;
        float r = 1f / MathF.Sqrt((variance < 0f ? 0f : variance) + epsilon), s = -rest * r;
        if (Group.IdxX == 0)
        {
            statistics[3 * row] = mean;
            statistics[3 * row + 1] = r;
            statistics[3 * row + 2] = s;
        }
        for (int i = Group.IdxX; i < width; i += Group.DimX)
            output[i] = ((input[i] - mean) * r + s) * gamma[i] + (hasBeta != 0 ? beta[i] : 0f);
    }

    public static void Backward(Floats x, Floats gamma, Floats statistics, Floats dy, Floats dx, int width)
    {
        long row = Grid.IdxX, start = row * width;
        float mean = statistics[3 * row], r = statistics[3 * row + 1], s = statistics[3 * row + 2], sum = 0f, dot = 0f;
        for (int i = Group.IdxX; i < width; i += Group.DimX)
        {
            float g = dy[start + i] * gamma[i];
            sum += g;
            dot += g * ((x[start + i] - mean) * r + s);
        }
        sum = Team.Sum<T>(sum) / width;
        dot = Team.Sum<T>(dot) / width;
        for (int i = Group.IdxX; i < width; i += Group.DimX)
            dx[start + i] = (dy[start + i] * gamma[i] - sum - ((x[start + i] - mean) * r + s) * dot) * r;
    }
}

/// <summary>A thread to each feature of each piece of rows.</summary>
static class LayerNormFeatureKernels
{
    public static void Sums(Floats x, Floats statistics, Floats dy, Floats shares, int width, long rows, long threads)
    {
        long thread = Grid.GlobalLinearIndex;
        if (thread >= threads) return;
        long feature = thread % width, piece = thread / width, start = piece * SumRowsKernels.RowsPerThread;
        float ofGamma = 0f, ofBeta = 0f;
        for (long row = start; row < start + SumRowsKernels.RowsPerThread && row < rows; row++)
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
        Launch(_hasWarps ? LayerNormKernels<WarpTeam>.Forward : LayerNormKernels<SharedTeam>.Forward, Rows(x),
            View(x), View(gamma), View(beta ?? gamma), beta is null ? 0 : 1, epsilon, View(y), View(statistics), x.Shape[-1]);

    /// <inheritdoc/>
    public void LayerNormGrad(Tensor x, Tensor gamma, Tensor statistics, Tensor dy, Tensor dx, Tensor dgamma, Tensor? dbeta)
    {
        Launch(_hasWarps ? LayerNormKernels<WarpTeam>.Backward : LayerNormKernels<SharedTeam>.Backward, Rows(x),
            View(x), View(gamma), View(statistics), View(dy), View(dx), x.Shape[-1]);
        (int width, long rows, int pieces) = Pieces(x);
        Tensor shares = Tensor.Empty(this, [pieces, 2, width]);
        Launch(LayerNormFeatureKernels.Sums, (long)pieces * width, View(x), View(statistics), View(dy), View(shares), width, rows, (long)pieces * width);
        AddPieces(View(shares), 2L * width, pieces, dgamma, accumulate: false);
        if (dbeta is not null) AddPieces(pieces == 0 ? View(shares) : View(shares).SubView(width), 2L * width, pieces, dbeta, accumulate: false);
    }
}
