namespace NativeSsl.Kernels;

/// <summary>A team to each row.</summary>
static class LayerNormKernels<T, V, E> where T : struct, ITeam where V : struct, IPack<V> where E : struct, INumbers
{
    public static void Forward(Floats x, Floats gamma, Floats beta, int hasBeta, float epsilon, E y, Floats statistics, int width)
    {
        long row = Grid.IdxX;
        int packs = width / V.Count;
        long start = (long)Grid.IdxX * packs;
        HeldRow<V> held = HeldRow<V>.At(x, start, packs);
        V total = held.Sum;
        for (int i = HeldRow.Beyond; i < packs; i += Group.DimX) total += V.At(x, start + i);
        float mean = Team.Sum<T, V>(total) / width;
        held = (held - V.Of(mean)).Within(packs);
        V rests = held.Sum, squares = (held * held).Sum;
        for (int i = HeldRow.Beyond; i < packs; i += Group.DimX)
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
        HeldRow<V> shift = default;
        if (hasBeta != 0) shift = HeldRow<V>.At(beta, 0, packs);
        HeldRow<V>.Set(y, start, packs, (held * V.Of(r) + V.Of(s)) * HeldRow<V>.At(gamma, 0, packs) + shift);
        for (int i = HeldRow.Beyond; i < packs; i += Group.DimX)
            V.Set(y, start + i, ((V.At(x, start + i) - V.Of(mean)) * V.Of(r) + V.Of(s)) * V.At(gamma, i) + (hasBeta != 0 ? V.At(beta, i) : V.Of(0f)));
    }
}

public sealed partial class GpuBackend
{
    // A kernel has no null: without beta it gets gamma in its place, and is told not to look.

    /// <inheritdoc/>
    public void LayerNorm(Tensor x, Tensor gamma, Tensor? beta, float epsilon, Tensor y, Tensor statistics)
    {
        if (y.Format == Format.BFloat16) Run(BFloat16sOf);
        else Run(Float32sOf);

        void Run<E>(Func<Tensor, E> ofY) where E : struct, INumbers =>
            Launch(Choose(ByFours(x, gamma, beta ?? gamma, y),
                LayerNormKernels<WarpTeam, Float4, E>.Forward, LayerNormKernels<WarpTeam, Float1, E>.Forward,
                LayerNormKernels<SharedTeam, Float4, E>.Forward, LayerNormKernels<SharedTeam, Float1, E>.Forward), Rows(x),
                View(x), View(gamma), View(beta ?? gamma), beta is null ? 0 : 1, epsilon, ofY(y), View(statistics), x.Shape[-1]);
    }

    /// <inheritdoc/>
    public void LayerNormGrad(Tensor x, Tensor gamma, Tensor statistics, Tensor dy, Tensor dx, Tensor dgamma, Tensor? dbeta) =>
        NormGrad<OfLayer>(x, gamma, statistics, dy, dx, dgamma, dbeta);
}
