namespace NativeSsl.Kernels;

/// <summary>A team to each row.</summary>
static class RmsNormKernels<T, V, E> where T : struct, ITeam where V : struct, IPack<V> where E : struct, INumbers
{
    public static void Forward(Floats x, Floats gamma, float epsilon, E y, Floats reciprocals, int width)
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
    public void RmsNorm(Tensor x, Tensor gamma, float epsilon, Tensor y, Tensor reciprocals)
    {
        if (y.Format == Format.BFloat16) Run(BFloat16sOf);
        else Run(Float32sOf);

        void Run<E>(Func<Tensor, E> ofY) where E : struct, INumbers =>
            Launch(Choose(ByFours(x, gamma, y),
                RmsNormKernels<WarpTeam, Float4, E>.Forward, RmsNormKernels<WarpTeam, Float1, E>.Forward,
                RmsNormKernels<SharedTeam, Float4, E>.Forward, RmsNormKernels<SharedTeam, Float1, E>.Forward),
                Rows(x), View(x), View(gamma), epsilon, ofY(y), View(reciprocals), x.Shape[-1]);
    }

    /// <inheritdoc/>
    public void RmsNormGrad(Tensor x, Tensor gamma, Tensor reciprocals, Tensor dy, Tensor dx, Tensor dgamma) =>
        NormGrad<OfRootMeanSquare>(x, gamma, reciprocals, dy, dx, dgamma, null);
}
