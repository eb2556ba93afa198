namespace NativeSsl.Kernels;

/// <summary>A team to each row.</summary>
static class RmsNormKernels<T, V> where T : struct, ITeam where V : struct, IPack<V>
{
    public static void Forward(Floats x, Floats gamma, float epsilon, Floats y, Floats reciprocals, int width)
    {
        int packs = width / V.Count;
        long start = (long)Grid.IdxX * packs;
        HeldRow<V> held = HeldRow<V>.At(x, start, packs);
        V squares = (held * held).Sum;
        for (int i = HeldRow.Beyond; i < packs; i += Group.DimX) squares += V.At(x, start + i) * V.At(x, start + i);
        float r = 1f / MathF.Sqrt(Team.Sum<T, V>(squares) / width + epsilon);
        if (Group.IdxX == 0) reciprocals[Grid.IdxX] = r;
        HeldRow<V>.Set(y, start, packs, held * V.Of(r) * HeldRow<V>.At(gamma, 0, packs));
        for (int i = HeldRow.Beyond; i < packs; i += Group.DimX) V.Set(y, start + i, V.At(x, start + i) * V.Of(r) * V.At(gamma, i));
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
    public void RmsNormGrad(Tensor x, Tensor gamma, Tensor reciprocals, Tensor dy, Tensor dx, Tensor dgamma) =>
        NormGrad<OfRootMeanSquare>(x, gamma, reciprocals, dy, dx, dgamma, null);
}
