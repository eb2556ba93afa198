namespace NativeSsl.Kernels;

/// <summary>Naive: one thread for each row; for dγ and dβ one thread for each feature, which walks down its column.</summary>
static class LayerNormKernels
{
    public static void Forward(
        Floats x, Floats gamma, Floats beta, int hasBeta, float epsilon, Floats y, Floats statistics, int width, long rows)
    {
        long row = Grid.GlobalLinearIndex;
        if (row >= rows) return;
        Floats input = x.SubView(row * width, width), output = y.SubView(row * width, width);

        float mean = 0f, rest = 0f, squares = 0f;
        for (int i = 0; i < width; i++) mean += input[i];
        mean /= width;
        for (int i = 0; i < width; i++)
        {
            float d = input[i] - mean;
            rest += d;
            squares += d * d;
        }
        rest /= width;
        float variance = squares / width - rest * rest;
        float r = 1f / MathF.Sqrt((variance < 0f ? 0f : variance) + epsilon), s = -rest * r;
        statistics[3 * row] = mean;
        statistics[3 * row + 1] = r;
        statistics[3 * row + 2] = s;
        for (int i = 0; i < width; i++) output[i] = ((input[i] - mean) * r + s) * gamma[i] + (hasBeta != 0 ? beta[i] : 0f);
    }

    public static void BackwardRows(Floats x, Floats gamma, Floats statistics, Floats dy, Floats dx, int width, long rows)
    {
        long row = Grid.GlobalLinearIndex;
        if (row >= rows) return;
        float mean = statistics[3 * row], r = statistics[3 * row + 1], s = statistics[3 * row + 2], sum = 0f, dot = 0f;
        for (long i = row * width; i < (row + 1) * width; i++)
        {
            float g = dy[i] * gamma[i - row * width];
            sum += g;
            dot += g * ((x[i] - mean) * r + s);
        }
        sum /= width;
        dot /= width;
        for (long i = row * width; i < (row + 1) * width; i++)
            dx[i] = (dy[i] * gamma[i - row * width] - sum - ((x[i] - mean) * r + s) * dot) * r;
    }

    public static void BackwardFeatures(
        Floats x, Floats statistics, Floats dy, Floats dgamma, Floats dbeta, int hasBeta, int width, long rows)
    {
        long feature = Grid.GlobalLinearIndex;
        if (feature >= width) return;
        float ofGamma = 0f, ofBeta = 0f;
        for (long row = 0; row < rows; row++)
        {
            float d = dy[row * width + feature];
            ofGamma += d * ((x[row * width + feature] - statistics[3 * row]) * statistics[3 * row + 1] + statistics[3 * row + 2]);
            ofBeta += d;
        }
        dgamma[feature] = ofGamma;
        if (hasBeta != 0) dbeta[feature] = ofBeta;
    }
}

public sealed partial class GpuBackend
{
    // A kernel has no null: without beta it gets gamma in its place, and is told not to look.

    /// <inheritdoc/>
    public void LayerNorm(Tensor x, Tensor gamma, Tensor? beta, float epsilon, Tensor y, Tensor statistics) =>
        Launch(LayerNormKernels.Forward, x.Shape.Rows,
            View(x), View(gamma), View(beta ?? gamma), beta is null ? 0 : 1, epsilon, View(y), View(statistics), x.Shape[-1], x.Shape.Rows);

    /// <inheritdoc/>
    public void LayerNormGrad(Tensor x, Tensor gamma, Tensor statistics, Tensor dy, Tensor dx, Tensor dgamma, Tensor? dbeta)
    {
        Launch(LayerNormKernels.BackwardRows, x.Shape.Rows,
            View(x), View(gamma), View(statistics), View(dy), View(dx), x.Shape[-1], x.Shape.Rows);
        Launch(LayerNormKernels.BackwardFeatures, x.Shape[-1],
            View(x), View(statistics), View(dy), View(dgamma), View(dbeta ?? dgamma), dbeta is null ? 0 : 1, x.Shape[-1], x.Shape.Rows);
    }
}
