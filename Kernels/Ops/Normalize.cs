namespace NativeSsl.Kernels;

/// <summary>A team to each row.</summary>
static class NormalizeKernels<T, V> where T : struct, ITeam where V : struct, IPack<V>
{
    public static void Forward(Floats x, float epsilon, Floats y, Floats norms, int width)
    {
        int packs = width / V.Count;
        long start = (long)Grid.IdxX * packs;
        V squares = V.Of(0f);
        for (int i = Group.IdxX; i < packs; i += Group.DimX) squares += V.At(x, start + i) * V.At(x, start + i);
        float norm = MathF.Sqrt(Team.Sum<T, V>(squares));
        norm = norm < epsilon ? epsilon : norm;
        if (Group.IdxX == 0) norms[Grid.IdxX] = norm;
        for (int i = Group.IdxX; i < packs; i += Group.DimX) V.Set(y, start + i, V.At(x, start + i) / V.Of(norm));
    }

    public static void Backward(Floats y, float epsilon, Floats norms, Floats dy, Floats dx, int width)
    {
        int packs = width / V.Count;
        long start = (long)Grid.IdxX * packs;
        V sum = V.Of(0f);
        for (int i = Group.IdxX; i < packs; i += Group.DimX) sum += V.At(dy, start + i) * V.At(y, start + i);
        float dot = Team.Sum<T, V>(sum), norm = norms[Grid.IdxX];
        dot = norm <= epsilon ? 0f : dot;
        for (int i = Group.IdxX; i < packs; i += Group.DimX) V.Set(dx, start + i, (V.At(dy, start + i) - V.At(y, start + i) * V.Of(dot)) / V.Of(norm));
    }
}

public sealed partial class GpuBackend
{
    /// <inheritdoc/>
    public void Normalize(Tensor x, float epsilon, Tensor y, Tensor norms) => Launch(Choose(ByFours(x, y),
        NormalizeKernels<WarpTeam, Float4>.Forward, NormalizeKernels<WarpTeam, Float1>.Forward,
        NormalizeKernels<SharedTeam, Float4>.Forward, NormalizeKernels<SharedTeam, Float1>.Forward), Rows(x), View(x), epsilon, View(y), View(norms), x.Shape[-1]);

    /// <inheritdoc/>
    public void NormalizeGrad(Tensor y, float epsilon, Tensor norms, Tensor dy, Tensor dx) => Launch(Choose(ByFours(y, dy, dx),
        NormalizeKernels<WarpTeam, Float4>.Backward, NormalizeKernels<WarpTeam, Float1>.Backward,
        NormalizeKernels<SharedTeam, Float4>.Backward, NormalizeKernels<SharedTeam, Float1>.Backward),
        Rows(y), View(y), epsilon, View(norms), View(dy), View(dx), y.Shape[-1]);
}
