namespace NativeSsl.Kernels;

/// <summary>A team to each row.</summary>
static class NormalizeKernels<T> where T : struct, ITeam
{
    public static void Forward(Floats x, float epsilon, Floats y, Floats norms, int width)
    {
        long row = Grid.IdxX, start = row * width, end = start + width;
        float squares = 0f;
        for (long i = start + Group.IdxX; i < end; i += Group.DimX) squares += x[i] * x[i];
        float norm = MathF.Sqrt(Team.Sum<T>(squares));
        norm = norm < epsilon ? epsilon : norm;
        if (Group.IdxX == 0) norms[row] = norm;
        for (long i = start + Group.IdxX; i < end; i += Group.DimX) y[i] = x[i] / norm;
    }

    public static void Backward(Floats y, float epsilon, Floats norms, Floats dy, Floats dx, int width)
    {
        long row = Grid.IdxX, start = row * width, end = start + width;
        float dot = 0f;
        for (long i = start + Group.IdxX; i < end; i += Group.DimX) dot += dy[i] * y[i];
        dot = Team.Sum<T>(dot);
        dot = norms[row] <= epsilon ? 0f : dot;
        for (long i = start + Group.IdxX; i < end; i += Group.DimX) dx[i] = (dy[i] - y[i] * dot) / norms[row];
    }
}

public sealed partial class GpuBackend
{
    /// <inheritdoc/>
    public void Normalize(Tensor x, float epsilon, Tensor y, Tensor norms) =>
        Launch(_hasWarps ? NormalizeKernels<WarpTeam>.Forward : NormalizeKernels<SharedTeam>.Forward, Rows(x),
            View(x), epsilon, View(y), View(norms), x.Shape[-1]);

    /// <inheritdoc/>
    public void NormalizeGrad(Tensor y, float epsilon, Tensor norms, Tensor dy, Tensor dx) =>
        Launch(_hasWarps ? NormalizeKernels<WarpTeam>.Backward : NormalizeKernels<SharedTeam>.Backward, Rows(y),
            View(y), epsilon, View(norms), View(dy), View(dx), y.Shape[-1]);
}
